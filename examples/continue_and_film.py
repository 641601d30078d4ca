"""Train today, continue tomorrow from a file, then with other settings, and film the whole run."""

from dataclasses import replace
from pathlib import Path

import polycore as pc
from polycore.films.film import film

experiment = pc.Experiment(
    polynomials=tuple(pc.Polynomial.parse(text) for text in ("x^3 - x", "x^2 - 0.5", "-0.5x")),
    hidden=(16, 16),
    batch_size=50,  # each step sees 50 of the 300 samples
    learning_rate=0.02,
    steps=400,
)

# today: half of the steps, and a file with all that the next step needs
today = pc.advance(pc.start(experiment), 200)
today.save("today.npz")
print(f"step {today.step}: loss {today.best.loss:.4f} nats")

# tomorrow, maybe on another machine: the other half, as if the run had never stopped
tomorrow = pc.advance(pc.Run.load("today.npz"), 200)
print(f"step {tomorrow.step}: loss {tomorrow.best.loss:.4f} nats")

# and now with a tenth of the learning rate: the weights stay, and the steps are counted on
slower = replace(experiment, learning_rate=experiment.learning_rate / 10, steps=400)
run = pc.advance(pc.start(slower, weights=tomorrow), slower.steps)
run.best.save("weights.npz")
print(f"step {run.step}: loss {run.best.loss:.4f} nats")

# one frame for each snapshot that the run has kept of its past, at most 48
Path("film.gif").write_bytes(film(run))
print(f"film.gif shows steps {run.snapshots.step[0]} to {run.step}")
