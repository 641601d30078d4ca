"""A network or a referee as bytes, for the browser to compute its answers at the pointer."""

from pages.server.frame import Frame
from polycore import Model, Referee
from polycore.polynomials.window import plane_range
from polycore.web import parameters


def packed(model: Model | Referee) -> bytes | None:
    """Return what the browser needs, as a frame has it; None of a very large network.

    Of a network: header "shapes", the rows and columns of each layer, "activation", its name, and "inputs",
    as `parameters.inputs_of` returns them; blob "weights", its numbers as `parameters.bytes_of` does.
    Of a referee: header "referee", the coefficients of each curve and the noise.
    Of both: header "curves", what place.js needs.
    """
    if isinstance(model, Referee):
        coefficients = [list(polynomial.coefficients) for polynomial in model.polynomials]
        window = (model.x_range, plane_range(model.polynomials, model.x_range))
        header: dict[str, object] = {
            "referee": {"coefficients": coefficients, "noise": model.noise},
            "curves": {"polynomials": coefficients, "noise": model.noise, "window": window},
        }
        return Frame("weights", 0, header, {}).content
    if parameters.count_of(model) > parameters.MOST_PARAMETERS:
        return None
    header = {
        "shapes": parameters.shapes_of(model),
        "activation": model.activation,
        "inputs": parameters.inputs_of(model),
        "curves": parameters.curves_of(model),
    }
    return Frame("weights", 0, header, {"weights": parameters.bytes_of(model)}).content
