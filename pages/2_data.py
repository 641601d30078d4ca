"""The points from which the network learns, and points that the user uploads."""

import streamlit as st

from pages.data import own_points, samples
from pages.frame import frame
from pages.models import model_in_use
from pages.points import uploaded_points
from pages.setup import controls
from pages.state import page_links, session

frame.draw("Data")
setup = session.current().setup
if setup.own_points is None:
    st.caption("The network learns from these points. Each lies on a polynomial, apart from the noise.")
else:
    st.caption("The network learns from these points, each of one of your classes.")
own_points.draw_source()

if setup.own_points is None:
    inputs, drawing = st.columns([2, 3], gap="medium")
    with inputs:
        samples.draw_inputs()
        own_points.draw_samples_button()
        with st.container():
            controls.show_limits()
    experiment = session.current().experiment
    points, labels = experiment.training_set()
    with drawing:
        samples.draw_plot(experiment, points, labels)
    numbers, uploaded = st.columns(2, gap="large")
    with numbers:
        samples.draw_table(experiment, points, labels)
    with uploaded:
        uploaded_points.draw(experiment.polynomials)
        own_points.draw_pointer()
else:
    own_points.draw(setup)
    controls.show_limits()

model_in_use.draw_note()  # below the inputs, which must not move as it comes
page_links.draw(page_links.TRAIN, "Next: train on them", ":material/arrow_forward:")
