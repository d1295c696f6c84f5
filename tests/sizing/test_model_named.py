"""The shape of a model that a text names."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nextdollar.catalogue import model_shape
from nextdollar.errors import CatalogueError
from nextdollar.sizing.model_named import MAX_FILE_BYTES, known_model, model_in_file, model_named

# meta-llama/Llama-3.1-8B, config.json; 8,030,261,248 parameters (keras-hub, llama3 presets).
LLAMA_8B = {
    "model_type": "llama",
    "num_hidden_layers": 32,
    "hidden_size": 4096,
    "num_attention_heads": 32,
    "num_key_value_heads": 8,
    "intermediate_size": 14336,
    "vocab_size": 128256,
    "tie_word_embeddings": False,
}


@pytest.mark.parametrize("name", ["Llama-3.1-8B", " llama 3.1 8b ", "meta-llama/Llama-3.1-8B-Instruct"])
def test_a_name_or_alias_is_that_of_the_catalogue_in_any_case(name):
    found = model_named(name)
    assert (found.name, found.how, found.notes) == ("Llama-3.1-8B", "catalogue", ())
    assert found.shape == model_shape("Llama-3.1-8B").shape
    assert found.source == model_shape("Llama-3.1-8B").source


@pytest.mark.parametrize(
    ("text", "params", "active"),
    [
        ("70 B", 70e9, 70e9),
        ("7e9", 7e9, 7e9),
        ("350m parameters", 350e6, 350e6),
        ("671 B, 37 B active", 671e9, 37e9),
        ("1.04T params; 32B active parameters", 1.04e12, 32e9),
    ],
)
def test_a_size_gets_a_usual_shape_of_that_size_and_says_so(text, params, active):
    found = model_named(text)
    assert found.how == "inferred" and "inferred from the number of parameters" in found.notes[0]
    assert found.shape.params == pytest.approx(params, rel=2e-3)
    assert found.shape.params_active == pytest.approx(active, rel=2e-3)


@given(st.floats(0.5, 2000))
def test_a_size_is_read_the_same_with_or_without_a_letter(billions):
    with_letter, plain = (
        known_model(f"{billions:.4f} B"),
        known_model(f"{float(f'{billions:.4f}') * 1e9:.0f}"),
    )
    assert with_letter.shape.params == pytest.approx(plain.shape.params, rel=1e-6)


def test_a_config_json_is_counted_and_goes_by_its_folder(tmp_path):
    path = tmp_path / "our-model" / "config.json"
    path.parent.mkdir()
    path.write_text(json.dumps(LLAMA_8B), encoding="utf-8")
    found = model_named(str(path))
    assert (found.name, found.how, found.source) == ("our-model", "config.json", None)
    assert found.shape.params == 8_030_261_248


def test_a_file_of_another_name_is_read_too_but_never_by_a_cell_of_a_table(tmp_path):
    path = tmp_path / "shape"
    path.write_text(json.dumps(LLAMA_8B), encoding="utf-8")
    assert model_named(str(path)).name == "shape"
    with pytest.raises(CatalogueError):
        known_model(str(path))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Llama-3.1-9B", 'got "Llama-3.1-9B" \\(nearest: '),
        ("", 'got "" \\(or write a path'),
        ("x" * 500, "\\.\\.\\."),
        ("70 X", "must be a name of the catalogue"),
        ("1 M", "cannot be given a usual shape: params must be at least three times"),
        ("37 B, 671 B active", "params_active must be at most params"),
        ("\x00", "must be a name of the catalogue"),
    ],
)
def test_what_is_no_model_is_refused_with_what_to_write_instead(text, words):
    with pytest.raises(CatalogueError, match=words):
        model_named(text)


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"\xff\xfe", "in UTF-8"), (b"{", "config.json"), (b" " * (MAX_FILE_BYTES + 1), "at most 4 MiB")],
)
def test_a_config_json_that_cannot_be_read_is_refused_by_its_path(tmp_path, content, words):
    path = tmp_path / "config.json"
    path.write_bytes(content)
    with pytest.raises(CatalogueError, match=words) as caught:
        model_in_file(path)
    assert str(path) in str(caught.value)


def test_a_folder_or_nothing_is_no_config_json(tmp_path):
    for path in (tmp_path, tmp_path / "none.json"):
        with pytest.raises(CatalogueError):
            model_in_file(path)
