import Foundation
import XCTest

/// Every folder that does not hold what it should has one sentence that says what was found and wanted.
final class HubErrorTests: XCTestCase {
  private func check(
    _ config: String, _ entries: [HubFixture.Entry], _ expected: String, line: UInt = #line
  ) throws {
    let fixture = try HubFixture(config, entries)
    defer { fixture.remove() }
    let found = message("lab.hub.load(\"\(fixture.folder)\")").replacingOccurrences(of: fixture.folder, with: "DIR")
    XCTAssertEqual(found, "script.lua:1: " + expected, line: line)
  }

  func testConfigurations() throws {
    func config(_ more: String = "") -> String { HubFixture.gpt2Config(more) }
    try check("{}", [], "hub.load: DIR/config.json: 'model_type' is missing")
    try check(
      "{\"model_type\": \"gpt3\"}", [],
      "hub.load: DIR/config.json: 'model_type' is 'gpt3', wanted 'gpt2' or 'bert'; did you mean 'gpt2'?")
    try check("{\"model_type\": 2}", [], "hub.load: DIR/config.json: 'model_type' must be text, but is 2")
    try check(
      config().replacingOccurrences(of: "gelu_new", with: "gelu_fancy"), [],
      "hub.load: DIR/config.json: 'activation_function' is 'gelu_fancy', wanted one of gelu_new, gelu, relu, silu, gelu_pytorch_tanh, gelu_fast, swish; did you mean 'gelu_fast'?"
    )
    try check(
      config(", \"scale_attn_by_inverse_layer_idx\": true"), [],
      "hub.load: DIR/config.json: 'scale_attn_by_inverse_layer_idx' is true, but only false is supported")
    try check(
      config(", \"embd_pdrop\": 0.5"), HubFixture.gpt2(),
      "hub.load: DIR/config.json: 'embd_pdrop' and 'resid_pdrop' differ, but a Transformer has one rate for both; choose it by option 'dropout'"
    )
    try check(
      config().replacingOccurrences(of: "\"n_layer\": 2", with: "\"n_layer\": 2.5"), [],
      "hub.load: DIR/config.json: 'n_layer' must be a whole number from 1, but is 2.5")
    try check("[", [], "DIR/config.json, byte 2: the text ends where a value should be")
  }

  func testWeights() throws {
    let config = HubFixture.gpt2Config()
    try check(
      config, HubFixture.gpt2().filter { !$0.name.contains("ln_1") },
      "hub.load: DIR/model.safetensors has no 'transformer.h.0.ln_1.weight', 'transformer.h.0.ln_1.bias', 'transformer.h.1.ln_1.weight' and 1 more, which a gpt2 model of this config.json needs"
    )
    try check(
      config, HubFixture.gpt2() + [("transformer.h.2.ln_1.weight", [8])],
      "hub.load: DIR/model.safetensors has 'transformer.h.2.ln_1.weight', for which a gpt2 model of this config.json has no place"
    )
    try check(
      config, HubFixture.gpt2().map { $0.name.contains("wte") ? ($0.name, [12, 8]) : $0 },
      "hub.load: DIR/model.safetensors: 'transformer.wte.weight' has shape {12, 8}, but config.json wants {11, 8}")
    try check(
      config, HubFixture.gpt2() + [("lm_head.weight", [11, 8])],
      "hub.load: DIR/model.safetensors: 'lm_head.weight' differs from 'transformer.wte.weight', but config.json ties them"
    )
    try check(
      HubFixture.bertConfig, HubFixture.bert() + [("embeddings.LayerNorm.gamma", [8])],
      "hub.load: DIR/model.safetensors has no 'embeddings.LayerNorm.beta', 'encoder.layer.0.attention.output.LayerNorm.gamma', 'encoder.layer.0.attention.output.LayerNorm.beta' and 6 more, which a bert model of this config.json needs"
    )
  }

  func testFolders() throws {
    let fixture = try HubFixture(HubFixture.gpt2Config(), [])
    defer { fixture.remove() }
    let path = fixture.folder + "/model.safetensors"
    func found() -> String {
      message("lab.hub.load(\"\(fixture.folder)\")").replacingOccurrences(of: fixture.folder, with: "DIR")
    }
    try FileManager.default.moveItem(atPath: path, toPath: path + ".index.json")
    XCTAssertEqual(
      found(),
      "script.lua:1: hub.load: DIR has its weights in several files (model.safetensors.index.json), wanted one model.safetensors"
    )
    try FileManager.default.moveItem(atPath: path + ".index.json", toPath: fixture.folder + "/pytorch_model.bin")
    XCTAssertEqual(
      found(),
      "script.lua:1: hub.load: DIR has pytorch_model.bin, which can run programs when it is read; wanted model.safetensors"
    )
  }

  func testArguments() {
    XCTAssertEqual(
      message("lab.hub.load(3)"), "script.lua:1: hub.load: argument 1 (folder) must be a string, but is 3")
    XCTAssertEqual(
      message("lab.hub.save(lab.nn.ReLU(), \"x\")"),
      "script.lua:1: hub.save: argument 1 (net) must be a lab.nn.Transformer, but is a table")
    let make = "local net = lab.nn.Transformer{ vocab = 5, width = 8, depth = 1, heads = 2, context = 6, "
    XCTAssertEqual(
      message(make + "positions = \"rope\" }\nlab.hub.save(net, \"x\")"),
      "script.lua:2: hub.save: a model with rope positions has no form among Hugging Face's gpt2 models")
    XCTAssertEqual(
      message(make + "mlp = \"swiglu\" }\nlab.hub.save(net, \"x\")"),
      "script.lua:2: hub.save: a model with mlp = \"swiglu\" has no form among Hugging Face's gpt2 models")
    XCTAssertEqual(
      message(make + "kind = \"encoder\" }\nlab.hub.save(net, \"x\")"),
      "script.lua:2: hub.save: a model with norm_first = true has no form among Hugging Face's bert models")
  }
}
