//! Calls whose features are not enabled, one in each line that a comment ends with its feature.

use typenet::prelude::*;

network!(struct Net = Dense<4, 3>, Softmax);

fn main() -> typenet::Result<()> {
    let mut network = Net::load("weights")?; // safetensors
    network.save("weights")?; // safetensors
    network.to_onnx("model")?; // onnx
    let data: Dataset<Vector<4>, Class<3>> = Dataset::from_csv("table")?; // csv
    let _: Dataset<Vector<4>, Vector<3>> = Dataset::from_npy("inputs", "targets")?; // npy
    let _: Dataset<Vector<4>, Vector<3>> = Dataset::from_npz("archive", "inputs", "targets")?; // npz
    let _ = Dataset::<Image<1, 2, 2>, Class<3>>::from_idx("inputs", "labels")?; // idx
    let _ = Dataset::<Image<1, 2, 2>, Class<3>>::from_image_folder("folder")?; // images
    let trainer = Trainer::new(Nll, Sgd::new(0.1)).threads(2); // rayon
    let mut trainer = trainer.callback(Progress::bar()); // progress
    trainer.resume(&mut network, "checkpoint")?; // safetensors
    trainer.fit(&mut network, &data)?;
    Ok(())
}
