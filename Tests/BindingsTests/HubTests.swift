import Learn
import XCTest

/// Models from Hugging Face's folders against numbers of `transformers` 5.23.0 and PyTorch 2.15 with the same weights.
final class HubTests: XCTestCase {
  private func check(_ fixture: HubFixture, _ script: String, _ expected: [Double], line: UInt = #line) throws {
    defer { fixture.remove() }
    let printed = try run("local net = lab.hub.load(\"\(fixture.folder)\")\n" + script)
    let numbers = printed.split(whereSeparator: \.isWhitespace).compactMap { Double($0) }
    XCTAssertEqual(numbers.count, expected.count, printed, line: line)
    for (found, wanted) in zip(numbers, expected) { XCTAssertEqual(found, wanted, accuracy: 2e-5, line: line) }
  }

  private let decoderScript = """
    local y = net(lab.tensor({{1, 4, 8, 11, 3}, {6, 6, 2, 10, 5}}, "int64"))
    print(table.concat(y:select(2, 5):reshape{-1}:totable(), " "), y:abs():sum():item())
    """

  private let encoderInputs = """
    local x = lab.tensor({{3, 6, 7, 4, 8, 4}, {3, 10, 4, 13, 4, 1}}, "int64")
    local given = {mask = lab.tensor({{1, 1, 1, 1, 1, 1}, {1, 1, 1, 1, 1, 0}}, "bool"),
      segments = lab.tensor({{1, 1, 1, 1, 2, 2}, {1, 1, 1, 2, 2, 1}}, "int64")}
    local function show(t) print(table.concat(t:contiguous():reshape{-1}:totable(), " ")) end

    """

  private static let gpt2Last: [Double] = [
    -2.064407, -1.776687, -0.691468, 0.704129, 1.783664, 2.062570, 1.415653, 0.133295, -1.208895, -2.008451, -1.906476,
    -2.065336, -1.795972, -0.720454, 0.678454, 1.772825, 2.071431, 1.440238, 0.162567, -1.188074, -2.005427, -1.922608,
  ]

  func testGPT2() throws {
    try check(
      try HubFixture(HubFixture.gpt2Config(), HubFixture.gpt2()), decoderScript,
      Self.gpt2Last + [159.665907])
  }

  /// As the file of the released model: no prefix, buffers of masks, the tied head.
  func testGPT2WithoutPrefixAndWithBuffers() throws {
    let fixture = try HubFixture(HubFixture.gpt2Config(), HubFixture.gpt2())
    defer { fixture.remove() }
    let content = try Safetensors.read(fixture.folder + "/model.safetensors").weights
    let short =
      try content.entries.map { (String($0.name.dropFirst("transformer.".count)), $0.tensor) }
      + [("h.0.attn.bias", try .ones([1, 1, 8, 8])), ("h.1.attn.masked_bias", try .ones([1]))]
      + [("lm_head.weight", try content.tensor("transformer.wte.weight"))]
    try Safetensors.write(try Weights(short), to: fixture.folder + "/model.safetensors")
    try check(fixture, decoderScript, Self.gpt2Last + [159.665907])
  }

  func testGPT2WithOtherSettings() throws {
    let config = HubFixture.gpt2Config(
      ", \"tie_word_embeddings\": false, \"scale_attn_weights\": false"
    ).replacingOccurrences(
      of: "gelu_new", with: "relu"
    ).replacingOccurrences(of: "\"n_inner\": null", with: "\"n_inner\": 12")
    let entries = HubFixture.gpt2(hidden: 12) + [("lm_head.weight", [11, 8])]
    try check(
      try HubFixture(config, entries), decoderScript,
      [
        1.580042, 0.305644, -1.105949, -2.021116, -2.029068, -1.126236, 0.282127, 1.563853, 2.143615, 1.761176,
        0.588201, 1.478886, 0.171043, -1.213576, -2.053460, -1.971610, -1.004767, 0.413083, 1.645514, 2.139326,
        1.672862, 0.455504, 151.208670,
      ])
  }

  func testBERT() throws {
    for gamma in [false, true] {
      try check(
        try HubFixture(HubFixture.bertConfig, HubFixture.bert(gamma: gamma) + HubFixture.pooler()),
        encoderInputs + "local h, pooled = net(x, given)\nshow(h[{1, 1}])\nshow(h[{2, 5}])\nshow(pooled)",
        [
          -0.778893, 1.505162, 2.469905, 0.708466, -1.215481, -1.019107, -0.271736, -0.615830, -0.719176, 1.698341,
          2.408288, 0.306187, -1.325094, -0.805351, -0.161813, -0.715070, 0.347733, -0.630245, -0.906469, -0.920570,
          -0.746040, 0.092557, 0.801044, 0.923255, 0.207787, -0.723590, -0.925230, -0.921767, -0.695945, 0.257033,
          0.851286, 0.933843,
        ])
    }
  }

  func testBERTForMaskedLanguageModelling() throws {
    let entries =
      HubFixture.bert(prefix: "bert.") + HubFixture.maskedLanguageHead + [
        ("cls.seq_relationship.weight", [2, 8]), ("cls.seq_relationship.bias", [2]),
        ("bert.embeddings.position_ids", [1, 10]),
      ]
    try check(
      try HubFixture(HubFixture.bertConfig, entries),
      encoderInputs
        + "local y = net(x, given)\nshow(y[{2, 4}])\nprint(y[{{}, {1, 5}}]:abs():sum():item())",
      [
        -0.353443, -0.993759, -1.192799, -0.857325, -0.133607, 0.656209, 1.157427, 1.142092, 0.612712, -0.196808,
        -0.924414, -1.241797, -1.002567, 104.532649,
      ])
  }

  func testBERTForClassification() throws {
    let entries =
      HubFixture.bert(prefix: "bert.") + HubFixture.pooler(prefix: "bert.")
      + [("classifier.weight", [3, 8]), ("classifier.bias", [3])]
    try check(
      try HubFixture(HubFixture.bertConfig, entries), encoderInputs + "show(net(x, given))",
      [0.816910, 0.162429, -0.558605, 0.785813, 0.019943, -0.748523])
  }

  // MARK: Saving

  private func checkRoundTrip(_ config: String, _ entries: [HubFixture.Entry], line: UInt = #line) throws {
    let fixture = try HubFixture(config, entries)
    defer { fixture.remove() }
    let other = fixture.folder + "/again"
    let printed = try run(
      """
      local tok = lab.tokenizer.characters("abcdefghij")
      lab.hub.save(lab.hub.load("\(fixture.folder)"):clone(), "\(other)", {tokenizer = tok})
      local net, again = lab.hub.load("\(other)/")
      print(again)
      local first = lab.hub.load("\(fixture.folder)")
      print((first:weights() - net:weights()):norm(), tostring(first) == tostring(net))
      """)
    XCTAssertEqual(printed, "Tokenizer: characters, 10 tokens\n0.0\ttrue\n", line: line)
    let before = try Safetensors.read(fixture.folder + "/model.safetensors").weights
    let after = try Safetensors.read(other + "/model.safetensors").weights
    XCTAssertEqual(after.names.sorted(), before.names.sorted(), line: line)
    try before.requireSame(after)
    for name in before.names {
      XCTAssertEqual(try after.tensor(name).toDoubles(), try before.tensor(name).toDoubles(), name, line: line)
    }
  }

  func testWhatWasReadIsWrittenBack() throws {
    try checkRoundTrip(HubFixture.gpt2Config(), HubFixture.gpt2())
    try checkRoundTrip(HubFixture.gpt2Config(), HubFixture.gpt2(prefix: ""))
    try checkRoundTrip(
      HubFixture.gpt2Config(", \"tie_word_embeddings\": false, \"scale_attn_weights\": false"),
      HubFixture.gpt2() + [("lm_head.weight", [11, 8])])
    try checkRoundTrip(HubFixture.bertConfig, HubFixture.bert())
    try checkRoundTrip(HubFixture.bertConfig, HubFixture.bert(gamma: true) + HubFixture.pooler())
    try checkRoundTrip(HubFixture.bertConfig, HubFixture.bert(prefix: "bert.") + HubFixture.maskedLanguageHead)
    try checkRoundTrip(
      HubFixture.bertConfig,
      HubFixture.bert(prefix: "bert.") + HubFixture.pooler(prefix: "bert.")
        + [("classifier.weight", [3, 8]), ("classifier.bias", [3])])
  }
}
