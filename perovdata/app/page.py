"""The page that ``perovdata app`` serves: a marimo notebook, each cell runs when what it reads changes."""

# /// script
# [tool.marimo.display]
# theme = "system"
# ///

import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium", app_title="perovdata", css_file="page.css")

with app.setup:
    import marimo as mo

    from perovdata.app import curves, material
    from perovdata.chemistry import parse
    from perovdata.dataset import VOCABULARIES
    from perovdata.devices import worded
    from perovdata.errors import InputError
    from perovdata.fitting import COLUMN_ROLES, KINDS
    from perovdata.models import predict
    from perovdata.units import quantity, span, with_error


@app.cell
def _():
    upload = mo.ui.file(
        filetypes=[".csv", ".tsv", ".txt", ".dat", ".xlsx"], kind="area", label="Drop a measured curve"
    )
    example = mo.ui.dropdown(curves.examples(), label="or take an example")
    kind = mo.ui.dropdown(list(KINDS), value="auto", label="measurement")
    read_voltage = mo.ui.text(label="read voltage (V)", placeholder="for currents only")
    return example, kind, read_voltage, upload


@app.cell
def _():
    formula = mo.ui.text(value="CsPbBr3", label="composition", debounce=400)
    morphology = mo.ui.dropdown(list(VOCABULARIES["morphology"]), label="morphology")
    stimulus = mo.ui.dropdown(list(VOCABULARIES["stimulus"]), label="stimulus")
    predict_now = mo.ui.run_button(label="Predict the metrics")
    return formula, morphology, predict_now, stimulus


@app.cell
def _(example, upload):
    file = curves.Upload(upload.name(0), upload.contents(0)) if upload.value else example.value
    return (file,)


@app.cell
def _(file, kind, read_voltage):
    first, roles, as_read, trouble, volts = None, None, {}, "", None
    if file is not None:
        try:
            volts = curves.volts(read_voltage.value)
            names = dict(enumerate(curves.headings(file), start=1))
            as_read = dict.fromkeys(map(str, names), curves.UNUSED)
            first = curves.fit_upload(file, kind=kind.value, read_voltage=volts)
            as_read = {str(c["index"]): curves.role_of(c["read_as"]) for c in first.columns}
        except InputError as error:
            trouble = str(error)
        choices = [curves.UNUSED, *COLUMN_ROLES]
        roles = mo.ui.dictionary(
            {
                k: mo.ui.dropdown(choices, value=role, label=f"{k}: {names[int(k)]}")
                for k, role in as_read.items()
            }
        )
    return as_read, first, roles, trouble, volts


@app.cell
def _(as_read, file, first, kind, roles, trouble, volts):
    result, why = first, trouble
    if roles is not None and roles.value != as_read:
        columns = curves.chosen({int(k): role for k, role in roles.value.items()})
        try:
            result = curves.fit_upload(file, kind=kind.value, columns=columns, read_voltage=volts)
            why = ""
        except InputError as error:
            result, why = None, str(error)
    return result, why


@app.cell
def _():
    task = mo.ui.dropdown(["digits-online", "digits-inference"], value="digits-online", label="task")
    run_now = mo.ui.run_button(label="Run")
    return run_now, task


@app.cell
def _(result, run_now, task):
    reached = None
    if run_now.value and result is not None:
        with mo.status.spinner(
            "training the network on the device until its median is known to 1 point, "
            f"for {2 * curves.PATIENCE_S:.0f} s at most"
        ):
            try:
                _run = curves.accuracy(result, task.value)
                _a = _run["accuracy"]
                _low, _high = _a["interval"]
                _median = with_error(_a["median"], _a["standard_error"], "%")
                _float, _chance = _run["ceiling"], _run["chance"]
                reached = mo.md(
                    f"**Accuracy {_median}** ({_a['level']:.0%} interval {_low:.1f} to {_high:.1f} %; the "
                    f"same network in floating point {_float:.1f} %, guessing {_chance:.0f} %; "
                    f"draws {_run['draws']}, seeds {_run['seeds']}, {_run['wall_s']:.0f} s)"
                    f"\n\n{_run['verdict']['text']}"
                )
            except InputError as error:
                reached = mo.callout(mo.md(str(error)), kind="warn")
    return (reached,)


@app.cell
def _(example, kind, reached, read_voltage, result, roles, run_now, task, upload, why):
    _parts = [upload, mo.hstack([example, kind, read_voltage], justify="start", wrap=True)]
    if roles is not None:
        _parts += [
            mo.md("### Columns as read"),
            mo.hstack(list(roles.elements.values()), justify="start", wrap=True),
        ]
    if why:
        _parts.append(mo.callout(mo.md(why), kind="warn"))
    if result is not None:
        _rows = [
            [
                worded(name),
                quantity(e.value, e.unit),
                "" if e.low is None else span(e.low, e.high, e.unit),
            ]
            for name, e in result.parameters.items()
        ]
        _name, _figure = result.device.name, curves.figure(result)
        _parts += [
            mo.md(f"### Fit: {result.kind}, {result.law} law, R² {result.r2:.4f}"),
            mo.image(_figure, alt="readings, fitted law and residuals", rounded=True),
            mo.Html(material.table(["parameter", "value", f"{result.level:.0%} interval"], _rows)),
            *[mo.callout(mo.md(line), kind="info") for line in result.warnings],
            mo.hstack(
                [
                    mo.download(
                        curves.device_file(result), f"{_name}.yaml", "text/yaml", label="Device file"
                    ),
                    mo.download(_figure, f"{_name}.png", "image/png", label="Figure"),
                ],
                justify="start",
                wrap=True,
            ),
            mo.md("### What it is worth"),
            mo.hstack([task, run_now], justify="start", wrap=True),
        ]
    if reached is not None:
        _parts.append(reached)
    curve_part = mo.vstack(_parts)
    return (curve_part,)


@app.cell
def _(formula):
    perovskite, unread = None, ""
    try:
        perovskite = parse(formula.value)
    except InputError as error:
        unread = str(error)
    return perovskite, unread


@app.cell
def _(formula, morphology, perovskite, predict_now, stimulus):
    told = None
    if predict_now.value and perovskite is not None:
        with mo.status.spinner("predicting; the first time ever the predictor is trained, a few minutes"):
            _design = {"morphology": morphology.value, "stimulus": stimulus.value}
            told = predict(formula.value, **{k: v for k, v in _design.items() if v is not None})
    return (told,)


@app.cell
def _(formula, morphology, perovskite, predict_now, stimulus, told, unread):
    _parts = [mo.hstack([formula, morphology, stimulus], justify="start", wrap=True)]
    if perovskite is None:
        _parts.append(mo.callout(mo.md(unread), kind="warn"))
    else:
        _rows = material.gap_rows(perovskite)
        _parts.append(mo.Html(material.table(["quantity", "value", "90 % range", "from"], _rows)))
        _colour = material.film_colour(perovskite)
        if _colour is not None:
            _words = f"daylight behind {material.FILM_NM:.0f} nm of it ({_colour[1]})"
            _parts.append(mo.Html(material.swatch(_colour[0], _words)))
        _parts.append(predict_now)
    if told is not None:
        _parts += [
            mo.md("### Predicted"),
            mo.Html(f'<div class="scroll">{told._repr_html_()}</div>'),
            mo.md("### Nearest reported devices"),
            mo.Html(
                material.table(["device", "composition", "in common", "source"], material.nearest_rows(told))
            ),
        ]
    composition_part = mo.vstack(_parts)
    return (composition_part,)


@app.cell
def _():
    subject = mo.ui.radio(["A measured curve", "A composition"], value="A measured curve", inline=True)
    mo.vstack(
        [
            mo.md("# perovdata\n\nFrom a measured curve, or from a composition, to numbers with intervals."),
            subject,
        ]
    )
    return (subject,)


@app.cell
def _(composition_part, curve_part, subject):
    mo.vstack([curve_part if subject.value == "A measured curve" else composition_part])
    return


if __name__ == "__main__":
    app.run()
