"""Names of the kept models as pages show them: they say what differs between these models."""

import re
from collections.abc import Mapping, Sequence
from itertools import combinations

from pages.models.setting_words import ORDER, differences, in_a_name
from pages.state import session
from pages.state.kept_models import Kept
from polycore import Experiment

_NUMBER = re.compile(r" \(\d+\)$")  # by which titles of the same words differ


def name_of(kept: Kept) -> str:
    """Return the name of a kept model among the others."""
    return names_of(session.current().models.kept).get(kept.title, kept.title)


def names_of(all_kept: Sequence[Kept]) -> dict[str, str]:
    """Return the name of each model by its title; no two are the same.

    A title says what was trained: in place of that, a name says what only some were trained with. The user
    may have typed a name: show it with a function that reads no Markdown.
    """
    known = {kept.title: set_up for kept in all_kept if (set_up := kept.trained_by) and not kept.named}
    telling = _telling(known)
    words = {title: ", ".join(filter(None, settings.values())) for title, settings in telling.items()}
    names = {kept.title: _named(kept, words.get(kept.title, ""), all_kept) for kept in all_kept}
    unique = {name for name in names.values() if list(names.values()).count(name) == 1}
    return {title: name if name in unique else title for title, name in names.items()}


def _telling(set_ups: Mapping[str, Experiment]) -> dict[str, dict[str, str]]:
    """Return for each title the words of the fewest settings that distinguish the set-ups, by setting.

    The setting by which most of them differ comes first; those that have it alike differ by others.
    """
    rows = differences(list(set_ups.values()))
    if not rows:
        return {title: {} for title in set_ups}
    # the pairs of set-ups whose words for it differ
    apart = {name: sum(one != other for one, other in combinations(row, 2)) for name, row in rows.items()}
    setting = max(rows, key=apart.__getitem__)
    words = dict(zip(set_ups, rows[setting], strict=True))
    words_of: dict[str, dict[str, str]] = {}
    for word in dict.fromkeys(words.values()):
        alike = {title: set_up for title, set_up in set_ups.items() if words[title] == word}
        for title, others in _telling(alike).items():
            found = {setting: in_a_name(setting, word, set_ups[title]), **others}
            words_of[title] = {name: found[name] for name in ORDER if name in found}
    return words_of


def _named(kept: Kept, words: str, all_kept: Sequence[Kept]) -> str:
    if kept.named or not words:
        return kept.title
    steps, history = kept.experiment and kept.experiment.steps, kept.history
    if steps and history is not None and (taken := int(history.step[-1] - history.step[0])) < steps:
        words = words.replace(f"{steps:,} steps", f"{taken:,} of {steps:,} steps")
    if kept.about:
        return kept.title.replace(kept.about, words, 1)
    stem = _stem(kept)
    alike = any(other is not kept and not other.named and _stem(other) == stem for other in all_kept)
    return f"{stem}, {words}" if alike else kept.title


def _stem(kept: Kept) -> str:
    return _NUMBER.sub("", kept.title)
