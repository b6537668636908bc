import Foundation
import Learn
import Tensors

/// Tiny checkpoints in Hugging Face's names and layouts. Their weights are a formula, `0.3 sin(0.7 i + h)` with `h` from the
/// name's bytes (plus 1 for gains of norms), by which the reference implementation was filled as well.
struct HubFixture {
  typealias Entry = (name: String, shape: [Int])

  let folder: String

  init(_ config: String, _ entries: [Entry], dtype: DType = .float32) throws {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("perilune-hub-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    folder = url.path
    try config.write(toFile: folder + "/config.json", atomically: true, encoding: .utf8)
    let weights = try Weights(entries.map { ($0.name, try Self.tensor($0, dtype)) })
    try Safetensors.write(weights, to: folder + "/model.safetensors")
  }

  func remove() { try? FileManager.default.removeItem(atPath: folder) }

  private static func tensor(_ entry: Entry, _ dtype: DType) throws -> Tensor {
    // Old names have the values of the new ones.
    let name = entry.name.replacingOccurrences(of: "gamma", with: "weight").replacingOccurrences(
      of: "beta", with: "bias")
    let isGain = name.hasSuffix("weight") && (name.contains("LayerNorm") || name.contains("ln_"))
    let phase = Double(name.utf8.reduce(0) { $0 + Int($1) } % 97)
    let values = (0..<entry.shape.reduce(1, *)).map { sin(0.7 * Double($0) + phase) * 0.3 + (isGain ? 1 : 0) }
    return try Tensor.from(values, shape: try Shape(entry.shape), dtype)
  }

  static func gpt2Config(_ more: String = "") -> String {
    """
    {"model_type": "gpt2", "vocab_size": 11, "n_positions": 8, "n_embd": 8, "n_layer": 2, "n_head": 2, "n_inner": null, \
    "activation_function": "gelu_new"\(more)}
    """
  }

  static func gpt2(prefix: String = "transformer.", hidden: Int = 32) -> [Entry] {
    func linear(_ name: String, _ inputs: Int, _ outputs: Int) -> [Entry] {
      [(name + ".weight", [inputs, outputs]), (name + ".bias", [outputs])]
    }
    func norm(_ name: String) -> [Entry] { [(name + ".weight", [8]), (name + ".bias", [8])] }
    var entries: [Entry] = [("wte.weight", [11, 8]), ("wpe.weight", [8, 8])]
    for layer in 0..<2 {
      let here = "h.\(layer)."
      entries += norm(here + "ln_1") + linear(here + "attn.c_attn", 8, 24) + linear(here + "attn.c_proj", 8, 8)
      entries += norm(here + "ln_2") + linear(here + "mlp.c_fc", 8, hidden) + linear(here + "mlp.c_proj", hidden, 8)
    }
    return (entries + norm("ln_f")).map { (prefix + $0.name, $0.shape) }
  }

  static let bertConfig = """
    {"model_type": "bert", "vocab_size": 13, "hidden_size": 8, "num_hidden_layers": 2, "num_attention_heads": 2, \
    "intermediate_size": 16, "max_position_embeddings": 10, "type_vocab_size": 2}
    """

  static func bert(prefix: String = "", gamma: Bool = false) -> [Entry] {
    func linear(_ name: String, _ inputs: Int, _ outputs: Int) -> [Entry] {
      [(name + ".weight", [outputs, inputs]), (name + ".bias", [outputs])]
    }
    func norm(_ name: String) -> [Entry] {
      [(name + (gamma ? ".gamma" : ".weight"), [8]), (name + (gamma ? ".beta" : ".bias"), [8])]
    }
    var entries: [Entry] = [
      ("embeddings.word_embeddings.weight", [13, 8]), ("embeddings.position_embeddings.weight", [10, 8]),
      ("embeddings.token_type_embeddings.weight", [2, 8]),
    ]
    entries += norm("embeddings.LayerNorm")
    for layer in 0..<2 {
      let here = "encoder.layer.\(layer)."
      for part in ["query", "key", "value"] { entries += linear(here + "attention.self." + part, 8, 8) }
      entries += linear(here + "attention.output.dense", 8, 8) + norm(here + "attention.output.LayerNorm")
      entries += linear(here + "intermediate.dense", 8, 16) + linear(here + "output.dense", 16, 8)
      entries += norm(here + "output.LayerNorm")
    }
    return entries.map { (prefix + $0.name, $0.shape) }
  }

  static func pooler(prefix: String = "") -> [Entry] {
    [(prefix + "pooler.dense.weight", [8, 8]), (prefix + "pooler.dense.bias", [8])]
  }

  static let maskedLanguageHead: [Entry] = [
    ("cls.predictions.transform.dense.weight", [8, 8]), ("cls.predictions.transform.dense.bias", [8]),
    ("cls.predictions.transform.LayerNorm.weight", [8]), ("cls.predictions.transform.LayerNorm.bias", [8]),
    ("cls.predictions.bias", [13]),
  ]
}
