"""Train a network on points of your own, from a CSV table, and keep it as a page for any browser."""

from pathlib import Path

import polycore as pc

# Leaves of three trees, made up for this example: width and length in cm. A table of your own may have other
# delimiters, decimal commas and other columns; two of them are coordinates, and one says the class.
table = Path(__file__).with_name("leaves.csv").read_bytes()
leaves = pc.PointSet.from_csv(table, columns=("width", "length", "tree"))
print(f"{len(leaves)} leaves: {', '.join(leaves.names)}")

# a fifth of the leaves of each tree is held out: no step trains on them
experiment = pc.Experiment(data=leaves, hidden=(16,), learning_rate=0.005, steps=400)
model = pc.advance(pc.start(experiment), experiment.steps).best
print(f"correct for {model.held_out_accuracy:.1%} of the leaves held out")

# two leaves that are not in the table
for width, length in [(1.5, 9.0), (5.5, 8.9)]:
    [probabilities] = model.predict_proba([[width, length]])
    shares = [f"{name} {share:.1%}" for name, share in zip(leaves.names, probabilities, strict=True)]
    print(f"{width} cm wide, {length} cm long: {', '.join(shares)}")

model.save("leaves.npz")
Path("leaves.html").write_text(pc.html_page(model), encoding="utf-8")
