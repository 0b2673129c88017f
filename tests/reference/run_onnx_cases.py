"""Runs the operator cases of the package `onnx` through `network_from_onnx!`, and prints which have a network and why others do not.

    run_onnx_cases.py FOLDER

FOLDER is a new one for the program that is written, compiled and run; with all cases in one program, this takes some minutes. It
needs `pip install onnx numpy`, and fails if an output differs from the one of the package.

The package gives weights as inputs. Here, all inputs but the first float one become constants, and the first axis is the batch.
"""

import collections
import os
import re
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import helper, numpy_helper
from onnx.backend.test.case.node import collect_testcases

ROOT = Path(__file__).parents[2]
# The package rounds some outputs to four digits.
TOLERANCE = 1e-4

# Those of the table in the guide, and those that join branches or are constant.
OPERATORS = set(re.findall(r'"([A-Z]\w+)"', "".join(
    path.read_text() for path in (ROOT / "macros/src/onnx/operator").glob("*.rs"))) + ["Add", "Sum", "Concat"])


def networks():
    """Each case of our operators, with its weights as constants: the model, the input and the output."""
    for case in collect_testcases(None):
        nodes = case.model.graph.node
        # What the package expands into simpler operators is another model.
        if case.name.endswith("_expanded") or "_expanded_" in case.name or not all(node.op_type in OPERATORS for node in nodes):
            continue
        model, (inputs, outputs) = onnx.ModelProto(), case.data_sets[0]
        model.CopyFrom(case.model)
        graph = model.graph
        if any(isinstance(value, (list, dict)) or value is None for value in [*inputs, *outputs]):
            continue
        # An embedding is the exception: its input are the integers beside the table.
        place = 1 if nodes[0].op_type == "Gather" and np.asarray(inputs[1]).ndim == 2 else 0
        for at, (value, array) in enumerate(zip(list(graph.input), inputs)):
            if at != place:
                graph.initializer.append(numpy_helper.from_array(np.asarray(array), value.name))
                graph.input.remove(value)
        if np.asarray(inputs[place]).ndim == 1 and len(graph.input) == 1:
            # Without a batch: it is one.
            inputs, outputs = list(inputs), list(outputs)
            inputs[place], outputs[0] = np.asarray(inputs[place])[None], np.asarray(outputs[0])[None]
            for value, sizes in [(graph.input[0], inputs[place].shape), (graph.output[0], outputs[0].shape)]:
                value.type.tensor_type.shape.CopyFrom(helper.make_tensor_value_info("", 1, sizes).type.tensor_type.shape)
        # Other outputs are not wanted.
        while len(graph.output) > 1:
            graph.output.pop()
        yield case.name, nodes[0].op_type, model, np.asarray(inputs[place]), np.asarray(outputs[0])


def write(folder, cases):
    (folder / "src").mkdir(exist_ok=True)
    (folder / "Cargo.toml").write_text(f"""[package]
name = "cases"
version = "0.1.0"
edition = "2024"

[dependencies]
typenet = {{ path = "{ROOT}", features = ["onnx"] }}

[profile.dev]
debug = false

[workspace]
""")
    lines = ["use std::io::{Read, Write};", "use typenet::prelude::*;", "use typenet::Predict;", """
fn numbers(bytes: &mut impl Read) -> Vec<f64> {
    let mut length = [0; 8];
    bytes.read_exact(&mut length).unwrap();
    let mut all = vec![0; 8 * usize::try_from(u64::from_le_bytes(length)).unwrap()];
    bytes.read_exact(&mut all).unwrap();
    all.chunks(8).map(|bytes| f64::from_le_bytes(bytes.try_into().unwrap())).collect()
}

fn run<N: Network<Scalar: typenet::kernel::Kernels>>(network: &N, input: &[f64]) {
    let input: Vec<N::Scalar> = input.iter().map(|&number| typenet::Scalar::from_f64(number)).collect();
    let mut bytes = Vec::new();
    for sample in N::Input::batch(&input) {
        let output = Predict::predict(network, sample);
        for &number in N::Output::flat(&output) {
            bytes.extend(typenet::Scalar::to_f64(number).to_le_bytes());
        }
    }
    let mut out = std::io::stdout();
    out.write_all(&(bytes.len() as u64 / 8).to_le_bytes()).unwrap();
    out.write_all(&bytes).unwrap();
}
"""]
    for at, case in enumerate(cases):
        lines.append(f'mod case_{at} {{ typenet::network_from_onnx!(pub struct Net = "{case}.onnx"); pub static NET: Net = Net::trained(); }}')
    lines.append("fn main() {\n    if std::env::args().count() > 1 {")
    lines += [f'        println!("{{}}", case_{at}::Net::DECLARATION.lines().nth(1).unwrap());' for at in range(len(cases))]
    lines.append("        return;\n    }\n    let mut input = std::io::stdin();")
    lines += [f"    run(&case_{at}::NET, &numbers(&mut input));" for at in range(len(cases))]
    lines.append("}\n")
    (folder / "src" / "main.rs").write_text("\n".join(lines))


def cargo(folder, *command, **options):
    return subprocess.run(["cargo", *command], cwd=folder, text=True, capture_output=True, **options)


def refused(folder, cases):
    """Why the cases without a network have none."""
    errors, names = {}, "|".join(map(re.escape, cases))
    text = cargo(folder, "check").stderr
    for message in re.split(r"\n(?=error)", text):
        if match := re.search(rf"error.*`({names})\.onnx` cannot become a network\s+(.*?)\n\s+-->", message, re.S):
            errors[match[1]] = re.sub(r"^(node '.*?'|the node that gives '.*?') \(\w+\): ", "", " ".join(match[2].split()))
        elif match := re.search(r"case_(\d+)|src/main.rs:(\d+)", message) if message.startswith("error") else None:
            line = next((line for line in message.splitlines() if "struct Net" in line), "")
            if name := re.search(r'"(.*?)\.onnx"', line):
                errors.setdefault(name[1], message.splitlines()[0])
    return errors


def orders(array, sizes):
    """The samples of a batch in each order of axes that has these sizes, the plain one first."""
    length = int(np.prod(sizes))
    for batch in range(array.ndim):
        moved = np.moveaxis(array, batch, 0)
        samples = [np.squeeze(sample) if sample.size == length and sample.ndim > len(sizes) else sample for sample in moved]
        for axes in ([range(samples[0].ndim)] if samples[0].ndim != len(sizes) else permutations(samples[0].ndim)):
            turned = [np.transpose(sample, axes) for sample in samples]
            if turned[0].size == length and (turned[0].ndim != len(sizes) or list(turned[0].shape) == sizes):
                yield np.stack([sample.reshape(-1) for sample in turned]).astype(np.float64)


def permutations(count):
    yield range(count)
    if count == 2:
        yield (1, 0)


def main(folder):
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "src").mkdir(exist_ok=True)
    cases = {}
    for name, operator, model, *arrays in networks():
        if name not in cases:
            cases[name] = (operator, *arrays)
            (folder / "src" / f"{name}.onnx").write_bytes(model.SerializeToString())
    write(folder, cases)
    reasons = refused(folder, cases)
    able = [name for name in cases if name not in reasons]
    write(folder, able)
    built = cargo(folder, "build")
    if built.returncode:
        sys.exit(built.stderr)
    program = Path(os.environ.get("CARGO_TARGET_DIR", folder / "target")) / "debug" / "cases"
    declared = subprocess.run([program, "declarations"], text=True, capture_output=True, check=True).stdout.splitlines()
    shapes = [re.search(r"\((\w+<.*?>)\) -> (\w+<.*?>)", line).groups() for line in declared]
    sizes = [[[int(size) for size in re.findall(r"\d+", shape)] for shape in pair] for pair in shapes]
    fed = b""
    for name, ((taken, _), pair) in zip(able, zip(sizes, shapes)):
        taken = taken[:1] if pair[0].startswith("Tokens") else taken
        first = first_order(name, *cases[name][:2], taken)
        fed += struct.pack("<Q", first.size) + first.tobytes()
    ran = subprocess.run([program], input=fed, capture_output=True, check=True).stdout
    wrong, at = [], 0
    for name, (_, given) in zip(able, sizes):
        (count,) = struct.unpack_from("<Q", ran, at)
        found = np.frombuffer(ran, np.float64, count, at + 8)
        at += 8 + 8 * count
        near = [np.abs(found - one.reshape(-1)).max() <= TOLERANCE * max(1.0, np.abs(one).max()) for one in orders(cases[name][2], given) if one.size == count]
        if not any(near):
            wrong.append(name)
    report(cases, reasons, wrong)


def first_order(name, operator, array, sizes):
    """The input as the network takes it: convolutions of ONNX have features before steps, and recurrent layers steps before the batch."""
    found = list(orders(array, sizes))
    if operator in ("RNN", "LSTM", "GRU") and "batchwise" not in name:
        return np.moveaxis(array, 1, 0).astype(np.float64)
    before = operator in ("Conv", "MaxPool", "AveragePool", "GlobalMaxPool", "GlobalAveragePool", "BatchNormalization")
    if before and len(sizes) == 2 and array.ndim == 3:
        return np.moveaxis(array, 1, 2).astype(np.float64)
    return found[0]


def report(cases, reasons, wrong):
    groups = collections.defaultdict(lambda: [[], []])
    for name, (operator, *_) in cases.items():
        groups[operator][name in reasons].append(name)
    for operator, (able, unable) in sorted(groups.items()):
        print(f"{operator}: {len(able)} of {len(able) + len(unable)}")
        for name in unable:
            print(f"    {name}: {reasons[name]}")
    print(f"{len(cases) - len(reasons)} of {len(cases)} cases are networks, {len(wrong)} of which give something else: {wrong}")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main(*sys.argv[1:])
