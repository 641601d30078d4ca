"""Inside: a neuron is chosen in the picture, a weight is changed, and everything follows."""

import re

from playwright.sync_api import expect

from pages.inside import edited_model, network_choice
from pages.models import run_landscape
from tests.browser.dashboard import DESKTOP, PHONE, with_network
from tests.browser.touch_screen import touch_screen

QUICK = "?v=1&polynomials=-x%5E2%2B1~x%5E3-2~3x&steps=400&schedule=constant&hidden=16&batch=all&samples=100"
LONG = "?v=1&polynomials=-x%5E2%2B1~x%5E3-2&steps=5000000&schedule=constant&hidden=16&batch=64"


def picture(visit):
    return visit.page.get_by_role("group", name=re.compile("^Picture of the network"))


def chosen(visit):
    """Return the chosen neuron in the picture."""
    return picture(visit).get_by_role("button", pressed=True)


def plane(visit, name):
    return visit.page.get_by_role("img", name=re.compile(name)).first


def unfold(visit):
    """Unfold all sections of the forward pass."""
    sections = visit.page.locator("summary").filter(has_text=re.compile(r"\d+ · "))
    sections.first.wait_for()
    visit.rest()
    for section in sections.all():
        section.dispatch_event("click")  # a mouse would wait until the one before has unfolded


def loss(visit):
    return visit.page.locator("[data-value='figures.loss']")


def test_the_tutorials_walk_is_read_on_a_phone_and_on_a_desk(visitor):
    visit = visitor(PHONE).open("inside")
    visit.press(network_choice.TUTORIAL_LABEL)
    unfold(visit)
    tables = visit.page.locator(".table")
    for size in (PHONE, DESKTOP):
        visit.page.set_viewport_size(size)
        expect(tables.last).to_be_visible()  # its figures are tested in tests/pages/test_inside_values.py
        visit.check()


def test_a_neuron_is_chosen_and_changed_by_mouse_and_keyboard_and_everything_follows(visitor):
    visit = visitor(PHONE).open(with_network("inside", QUICK))
    assert_everything_follows_a_bias(visit)
    visit.press("Put it back")
    expect(visit.page.get_by_text("Unchanged")).to_be_visible()
    visit.check()
    visit.page.set_viewport_size(DESKTOP)
    assert_the_keyboard_chooses_a_neuron_and_moves_a_weight(visit)
    visit.page.get_by_text("All folds", exact=True).click()
    plane(visit, "of 16 fold lines of the first hidden layer cross").wait_for()


def assert_everything_follows_a_bias(visit):
    picture(visit).get_by_role("button", name=re.compile("^Hidden layer 1, neuron 5")).click()
    plane(visit, "^Map of hidden layer 1, neuron 5 ").wait_for()
    expect(visit.page.get_by_text("Unchanged")).to_be_visible()
    before = loss(visit).inner_text()
    visit.fill("Bias, exactly", "40")
    expect(visit.page.get_by_text("Changed by hand")).to_be_visible()
    expect(loss(visit)).not_to_have_text(before)
    expect(plane(visit, r"^Map of hidden layer 1, neuron 5 .*above 0 on 100\.0 %")).to_be_visible()
    visit.press("Put it back")
    expect(visit.page.get_by_text("Unchanged")).to_be_visible()
    expect(loss(visit)).to_have_text(before)
    visit.page.locator(".st-key-undo-toast").get_by_role("button", name="Undo").click()
    expect(visit.page.get_by_text("Changed by hand")).to_be_visible()
    expect(loss(visit)).not_to_have_text(before)


def assert_the_keyboard_chooses_a_neuron_and_moves_a_weight(visit):
    first = picture(visit).get_by_role("button", name=re.compile("^Hidden layer 1, neuron 0"))
    first.focus()
    for key in ("ArrowRight", "ArrowRight", "Enter"):  # along a row of dots
        visit.page.keyboard.press(key)
    plane(visit, "^Map of hidden layer 1, neuron 2 ").wait_for()
    visit.rest()  # the other neuron's sliders have gone
    visit.page.get_by_role("slider", name=re.compile("^Weight from x")).focus()
    expect(visit.page.get_by_test_id("stSliderTickBar").first).to_be_hidden()
    visit.page.keyboard.press("ArrowRight")
    expect(visit.page.get_by_text("Changed by hand")).to_be_visible()


def test_the_page_follows_a_run_until_it_is_held_and_draws_the_loss_around_where_it_stopped(visitor):
    visit = visitor(PHONE).open(f"train{LONG}")
    visit.press("Start")
    visit.wait_for_status("Running", after_step=100)
    visit.go_to("Inside")
    assert_the_page_follows_the_run_until_it_is_held(visit)
    visit.go_to("Train")
    visit.page.get_by_label("More controls").click()
    visit.press("Stop")
    step = visit.wait_for_status("Stopped")
    visit.go_to("Inside")
    assert_the_loss_landscape_is_computed_and_seen(visit, step)


def assert_the_page_follows_the_run_until_it_is_held(visit):
    numbers = visit.page.locator(".table").nth(1)
    visit.press(edited_model.HOLD_LABEL)
    visit.page.get_by_role("slider", name=re.compile("^Bias")).wait_for()
    visit.rest()
    held = numbers.inner_text()
    step = visit.standing()[1]
    visit.wait_for_status("Running", after_step=step + 500)
    assert numbers.inner_text() == held
    visit.press("Put it back")
    visit.page.get_by_role("button", name=edited_model.HOLD_LABEL).wait_for()


def test_each_neuron_of_a_wide_layer_is_large_enough_for_touch(visitor):
    visit = visitor(PHONE)
    with touch_screen(visit.page) as finger:
        visit.open(with_network("inside", QUICK.replace("hidden=16", "hidden=32-32")))
        neurons = picture(visit).get_by_role("button")
        expect(neurons).to_have_count(32 + 32 + 3)
        sides = neurons.evaluate_all(
            "all => all.flatMap(one => "
            "[one.getBoundingClientRect().width, one.getBoundingClientRect().height])"
        )
        assert min(sides) >= 24
        finger.tap_on(picture(visit).get_by_role("button", name="Hidden layer 1, neuron 31"))
        expect(chosen(visit)).to_have_accessible_name(re.compile("^Hidden layer 1, neuron 31"))


def test_in_a_large_network_a_far_neuron_is_chosen_by_a_press_and_by_keyboard(visitor):
    visit = visitor(DESKTOP).open(with_network("inside", QUICK.replace("hidden=16", "hidden=14-14-14-14")))
    for size, layer in ((DESKTOP, 4), (PHONE, 3)):
        visit.page.set_viewport_size(size)
        choose_far_neurons(visit, layer)
        visit.check()


def choose_far_neurons(visit, layer):
    """Choose neuron 0 of the first layer, then one of a far layer, and then its neighbor by keyboard."""
    far = picture(visit).get_by_role("button", name=re.compile(f"^Hidden layer {layer}, neuron 9"))
    picture(visit).get_by_role("button", name=re.compile("^Hidden layer 1, neuron 0")).click()
    plane(visit, "^Map of hidden layer 1, neuron 0 ").wait_for()
    expect(far).to_have_class(re.compile(r"^dot\b"))
    far.click()
    plane(visit, f"^Map of hidden layer {layer}, neuron 9 ").wait_for()
    expect(chosen(visit)).to_have_accessible_name(re.compile(f"^Hidden layer {layer}, neuron 9"))
    expect(far).to_have_class(re.compile(r"^neuron\b"))
    expect(far).to_be_focused()
    visit.page.keyboard.press("ArrowLeft")
    before = picture(visit).get_by_role("button").and_(visit.page.locator(":focus"))
    expect(before).to_have_accessible_name(re.compile(f"^Hidden layer {layer - 1}, neuron .*, weight "))
    name = before.get_attribute("aria-label").partition(", weight")[0]
    visit.page.keyboard.press("Enter")
    expect(chosen(visit)).to_have_accessible_name(name)
    expect(chosen(visit)).to_be_focused()


def assert_the_loss_landscape_is_computed_and_seen(visit, step):
    visit.press(run_landscape.DRAW)
    chart = visit.page.get_by_role("img", name=re.compile("^Contour map of the loss over the two main"))
    expect(chart).to_be_visible()
    expect(chart).to_have_attribute("aria-label", re.compile(rf"at step 0 to .* at step {step:,}\b"))
    visit.check()
    visit.page.set_viewport_size(DESKTOP)
    visit.page.get_by_text("Random", exact=True).click()
    visit.press(run_landscape.DRAW_AGAIN)
    random = visit.page.get_by_role("img", name=re.compile("^Contour map of the loss over two random"))
    expect(random).to_be_visible()
