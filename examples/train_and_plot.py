"""Train a network to tell three noisy curves apart, and draw the map of its predictions."""

import numpy as np

import polycore as pc
from polycore.figures import map_figure, plane_range, with_samples

polynomials = tuple(pc.Polynomial.parse(text) for text in ("x^3 - 2x", "-x^2 + 1", "0.5x - 1"))
experiment = pc.Experiment(
    polynomials=polynomials,
    samples_per_class=None,  # fresh points in every step
    x_range=(-2, 2),
    noise=0.1,
    hidden=(32, 32),
    schedule="cosine",
    steps=2000,
)
model = pc.advance(pc.start(experiment), experiment.steps).best
best_possible = pc.Referee.of(experiment).accuracy.value
print(f"correct for {model.held_out_accuracy:.1%} of new points; best possible: {best_possible:.1%}")

# the network's predictions on a grid of 200 by 200 points
x = np.linspace(*experiment.x_range, 200)
y = np.linspace(*plane_range(polynomials, experiment.x_range), 200)
grid = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
probabilities = model.predict_proba(grid).reshape(200, 200, len(polynomials))
figure = map_figure(polynomials, x, y, probabilities)
with_samples(figure, *experiment.training_set(), polynomials).write_html("train_and_plot.html")
