import XCTest

/// Wrong uses of attention, Transformers and generation: one sentence that names the option and what was found.
final class TransformerErrorTests: XCTestCase {
  private static let models =
    "local T, A = lab.nn.Transformer, lab.nn.Attention "
    + "local net = T{vocab = 10, width = 8, depth = 1, heads = 2, context = 6} "
    + "local enc = T{kind = 'encoder', vocab = 10, width = 8, depth = 1, heads = 2, positions = 'alibi'} "
    + "local ed = T{kind = 'encoder_decoder', vocab = 10, width = 8, depth = 1, heads = 2} "
    + "local ids = lab.tensor({{1, 2, 3}}, 'int64') "

  private func check(_ statement: String, _ expected: String, line: UInt = #line) {
    XCTAssertEqual(message(Self.models + statement), "script.lua:1: " + expected, line: line)
  }

  func testOptions() {
    check("T()", "Transformer: options must be a table such as {kind = \"decoder\", ...}, but found nil")
    check("T{}", "Transformer: option 'width' is missing")
    check("T{width = 8, depth = 1, heads = 2}", "Transformer: option 'vocab' is missing")
    check(
      "T{vocab = 10, width = 8, depth = 1, heads = 3}",
      "Transformer: option 'heads' must divide 'width', but heads = 3 and width = 8")
    check(
      "T{vocab = 10, width = 8, depth = 1, heads = 4, kv_heads = 3}",
      "Transformer: option 'kv_heads' must divide 'heads', but kv_heads = 3 and heads = 4")
    check(
      "T{vocab = 10, width = 8, depth = 1, heads = 2, positons = 'rope'}",
      "Transformer: unknown option 'positons'; did you mean 'positions'?")
    check(
      "T{vocab = 10, width = 8, depth = 1, heads = 2, positions = 'rop'}",
      "Transformer: option 'positions' must be one of none, learned, sinusoidal, rope, alibi, relative, but is 'rop'; did you mean 'rope'?"
    )
    check(
      "T{vocab = 10, width = 8, depth = 1, heads = 2, positions = 'learned'}",
      "Transformer: option 'context' is missing: learned positions need the greatest length")
    check(
      "T{vocab = 10, width = 8, depth = 1, heads = 2, mlp = 'swigl'}",
      "Transformer: option 'mlp' must be one of gelu, gelu_tanh, relu, silu, swiglu, geglu, but is 'swigl'; did you mean 'swiglu'?"
    )
    check(
      "T{vocab = 10, width = 8, depth = 1, heads = 2, classes = 3}",
      "Transformer: option 'classes' has no meaning with kind = \"decoder\"")
    check("T{kind = 'vit', width = 8, depth = 1, heads = 2}", "Transformer: option 'image' is missing")
    check(
      "T{kind = 'vit', width = 8, depth = 1, heads = 2, image = 8, patch = 3}",
      "Transformer: option 'patch' must divide 'image', but patch = {3, 3} and image = {8, 8}")
    check(
      "T{kind = 'vit', image = 8, patch = 4, width = 8, depth = 1, heads = 2, classes = 2}(lab.zeros{2, 7})",
      "Transformer: images must have shape {batch, 1, 8, 8}, but found {2, 7}")
    check(
      "T{vocab = 10, width = 8, depth = 1, heads = 2, rope = {base = 10}, context = 4}",
      "Transformer: option 'rope' needs positions = \"rope\", but positions = \"learned\"")
    check(
      "T{vocab = 10, width = 6, depth = 1, heads = 2, positions = 'rope'}",
      "Attention: rope turns pairs: a head of width 3 with fraction 1 has no even width to turn")
    check(
      "T{vocab = 10, width = 8, depth = 1, heads = 2, rope = {bas = 10}, positions = 'rope'}",
      "Attention: option 'rope': unknown option 'bas'; did you mean 'base'?")
    check(
      "T{vocab = 10, width = 8, depth = 1, heads = 2, dropout = 1}",
      "Transformer: option 'dropout' must be a number from 0 to below 1, but is 1")
    check(
      "T{vocab = 10, width = 7, depth = 1, heads = 1, positions = 'sinusoidal'}",
      "SinusoidalPositions: argument 1 (width) must be even, a sine and a cosine for each wavelength, but is 7")
  }

  func testInputs() {
    check("net(lab.tensor({{1, 11}}, 'int64'))", "Transformer: the tokens hold the id 11, beyond vocab = 10")
    check(
      "net(lab.tensor({{0, 1}}, 'int64'))",
      "Transformer: the tokens hold the id 0, but ids count from 1 (vocab = 10)")
    check(
      "net(lab.tensor({1, 1}, 'int64'))",
      "Transformer: the tokens must be int64 token ids {batch, length}, but is int64 {2}")
    check(
      "net(lab.ones{2, 3})",
      "Transformer: embeddings have shape {2, 3}, wanted {batch, length, width} with width = 8")
    check(
      "net(lab.ones{2, 3, 4})",
      "Transformer: embeddings have shape {2, 3, 4}, wanted {batch, length, width} with width = 8")
    check("net({1, 2})", "Transformer: the tokens must be a Tensor of token ids, but is a table")
    check("net(lab.ones({1, 7}, 'int64'))", "Transformer: a sequence of 7 tokens is longer than context = 6")
    check(
      "net(ids, {mask = lab.ones({1, 4}, 'bool')})",
      "Transformer: option 'mask' has shape {1, 4}, wanted {batch, length} = {1, 3}, or {batch, queries, keys} = {1, 3, 3}"
    )
    check(
      "net(ids, {mask = lab.ones({1, 3})})",
      "Transformer: option 'mask' must be a bool tensor, true for tokens that may be seen, but is float32")
    check(
      "net(ids, {mask = lab.ones({1, 1, 3, 4}, 'bool')})",
      "Attention: option 'mask' has shape {1, 1, 3, 4}, which does not stretch to {batch, heads, queries, keys} = {1, 2, 3, 3} (in Transformer.blocks.1.attn)"
    )
    check(
      "net(ids, {positions = lab.tensor({1, 2}, 'int64')})",
      "Transformer: option 'positions' must be int64 ids {length} or {batch, length} = {1, 3}, but is int64 {2}")
    check(
      "net(ids, {positions = lab.tensor({1, 2, 7}, 'int64')})",
      "Transformer: option 'positions' holds ids from 1 to 7, but context = 6")
    check(
      "enc(ids, {positions = lab.tensor({1, 2, 7}, 'int64')})",
      "Transformer: option 'positions' (ids) needs a model with positions learned, sinusoidal or rope, but it has 'alibi'"
    )
    check(
      "enc(ids, {segments = lab.tensor({1, 2, 7}, 'int64')})",
      "Transformer: option 'segments' (ids) needs segments = count at its making")
    check("ed(ids)", "Transformer: argument 2 (target) is missing: an encoder-decoder reads source and target")
  }

  func testGeneration() {
    check(
      "enc:generate({1}, {max = 3})",
      "generate: a Transformer of kind \"encoder\" does not continue sequences; decoders and encoder-decoders do")
    check("net:generate({1}, {})", "generate: option 'max' is missing")
    check("net:generate({}, {max = 3})", "generate: there are no prompts")
    check("net:generate({1, 12}, {max = 3})", "generate: argument 1 (prompt) holds the id 12, beyond vocab = 10")
    check(
      "net:generate({1, 1.5}, {max = 3})",
      "generate: argument 1 (prompt) must hold whole numbers, but entry 2 is 1.5")
    check(
      "net:generate('a', {max = 3})",
      "generate: argument 1 (prompt) must be a Tensor or a table of token ids, but is a string 'a'")
    check("net:generate({{1}, {}}, {max = 3})", "generate: a prompt is empty; there must be a token to go on from")
    check("net:generate({1,1,1,1,1,1,1}, {max = 3})", "generate: the prompt has 7 tokens, longer than context = 6")
    check(
      "net:generate({1,1,1,1}, {max = 4})",
      "generate: 4 tokens and max = 4 more do not fit context = 6; slide = true drops the oldest tokens")
    check(
      "net:generate({1}, {max = 3, temperatur = 1})",
      "generate: unknown option 'temperatur'; did you mean 'temperature'?")
    check(
      "net:generate({1}, {max = 3, temperature = -1})",
      "generate: option 'temperature' must be a number of at least 0, but is -1")
    check(
      "net:generate({1}, {max = 3, top_p = 2})",
      "generate: option 'top_p' must be a number above 0 and at most 1, but is 2")
    check(
      "net:generate({1}, {max = 3, top_k = 0})",
      "generate: option 'top_k' must be a whole number from 1, but is 0")
    check(
      "net:generate({1}, {max = 3, beams = 2, top_k = 2})",
      "generate: option 'beams' searches for the most likely continuation and does not go with 'temperature', 'top_k' or 'top_p'"
    )
    check(
      "net:generate({1}, {max = 3, allowed = {11}})",
      "generate: option 'allowed' holds the id 11, beyond vocab = 10")
    check(
      "net:generate({1}, {max = 3, allowed = {}})",
      "generate: option 'allowed' allows no token")
    check(
      "net:generate({1}, {max = 3, allowed = function(step) return step < 2 and {1} or {} end})",
      "generate: option 'allowed' at step 2 allows no token")
    check("net:generate({1}, {max = 3, stop = 11})", "generate: option 'stop' holds the id 11, beyond vocab = 10")
    check(
      "net:generate({1}, {max = 3, logits = 3})",
      "generate: option 'logits' must be a function(logits, state), but is 3")
    check(
      "net:generate({1}, {max = 3, logits = function(l) return 3 end})",
      "generate: option 'logits' must return a Tensor of shape {1, 10}, but returned 3")
    check(
      "net:generate({1}, {max = 3, logits = function(l, state) return state.token end})",
      "generate: the state has no field 'token'; did you mean 'tokens'?")
    check(
      "net:generate({1}, {max = 3, logits = function(l, state) return state:logits(3) end})",
      "generate: state:logits needs a Transformer, but found 3")
  }

  func testScoring() {
    check("net:score({{1}, {2}}, {{{1}, {2}}})", "score: there are choices for 1 prompts, but 2 prompts")
    check("net:score({{1}, {2}}, {{{1}, {2}}, {{1}}})", "score: question 2 has 1 choices, but question 1 has 2")
    check(
      "net:score({{1}, {2}}, 3)",
      "score: argument 2 (continuations) must hold the choices of each prompt, but is 3")
    check("net:log_probs({{1}, {2}}, {{1}})", "log_probs: there are 1 sequences to predict, but 2 are given")
    check("net:loss{gven = ids}", "loss: unknown option 'gven'; did you mean 'given'?")
    check("net:loss{}", "loss: option 'given' is missing")
    check(
      "enc:loss{given = ids, predict = ids}",
      "log_probs: a Transformer of kind \"encoder\" without a head over tokens gives no probabilities of tokens")
  }

  func testLayers() {
    check("A(8, {heads = 3})", "Attention: option 'heads' must divide the width, but heads = 3 and width = 8")
    check("A(8)", "Attention: option 'heads' is missing")
    check(
      "A(8, {heads = 2, cross = true, causal = true})",
      "Attention: options 'causal', 'window' and 'positions' have no meaning with cross = true")
    check(
      "A(8, {heads = 2, cross = true})(lab.ones{1, 2, 8})",
      "Attention: option 'memory' is missing, which cross = true attends to")
    check(
      "A(8, {heads = 2})(lab.ones{1, 2, 7})",
      "Attention: argument 1 has shape {1, 2, 7}, wanted {batch, length, width} with width = 8")
    check(
      "A(8, {heads = 2})(lab.ones{1, 2, 8}, {mask = lab.ones({3, 3}, 'bool')})",
      "Attention: option 'mask' has shape {3, 3}, which does not stretch to {batch, heads, queries, keys} = {1, 2, 2, 2}"
    )
    check(
      "A(8, {heads = 2})(lab.ones{1, 2, 8}, {bias = lab.ones({3, 3})})",
      "Attention: option 'bias' has shape {3, 3}, which does not stretch to {batch, heads, queries, keys} = {1, 2, 2, 2}"
    )
    check(
      "A(8, {heads = 2})(lab.ones{1, 2, 8}, {cache = {}})",
      "Attention: option 'cache' works under lab.no_grad only, since it writes in place")
    check(
      "A(8, {heads = 2})(lab.ones{1, 2, 8}, {maks = {}})",
      "Attention: unknown option 'maks'; did you mean 'mask'?")
    check(
      "A(8, {heads = 2, cross = true})(lab.ones{1, 2, 8}, {memory = lab.ones{2, 3, 8}})",
      "Attention: option 'memory' must have shape {1, length, width}, but is {2, 3, 8}")
    check(
      "lab.nn.MLP(8, {kind = 'x'})",
      "MLP: option 'kind' must be one of gelu, gelu_tanh, relu, silu, swiglu, geglu, but is 'x'")
    check(
      "lab.nn.RMSNorm(8)(lab.ones{3})",
      "rms_norm: the weight has shape {8}, wanted the last size of the input, {3} (in RMSNorm)")
    check(
      "lab.nn.Linear(2, 2):to('int64')",
      "to: argument 1 (dtype) must be one of float32, float64, but is 'int64'")
    check(
      "lab.nn.RelativePositions(2, {buckets = 8, max_distance = 2})",
      "RelativePositions: option 'max_distance' must be above 2, the distances with a bucket of their own at buckets = 8, but is 2"
    )
  }
}
