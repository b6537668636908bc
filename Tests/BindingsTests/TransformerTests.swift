import XCTest

/// Transformers: gradients in float64, images, padding, and how they are read and written.
final class TransformerTests: XCTestCase {
  /// `slopes(net, loss)`: the greatest difference between gradients and finite differences, over three places of each parameter.
  private static let slopes = """
    local function slopes(net, loss)
      local worst = 0
      local parameters = net:named_parameters()
      local gradients = lab.grad(loss(), net:parameters(), {allow_unused = true})
      for i, entry in ipairs(parameters) do
        local p, g = entry[2], gradients[i]
        local flat = p:detach():reshape{-1}
        for _, k in ipairs{ 1, (flat:numel() + 1) // 2, flat:numel() } do
          local step = 1e-5
          local function at(change) 
            local was = flat[k]:item()
            lab.no_grad(function() flat[k] = was + change end)
            local value = loss():item()
            lab.no_grad(function() flat[k] = was end)
            return value
          end
          local slope = (at(step) - at(-step)) / (2 * step)
          worst = math.max(worst, math.abs(slope - g:reshape{-1}[k]:item()) / (1 + math.abs(slope)))
        end
      end
      return worst
    end

    """

  func testGradientsOfDecoders() throws {
    XCTAssertEqual(
      try run(
        Self.slopes + """
          local ids = lab.tensor({{1, 5, 2, 7}, {3, 3, 6, 4}}, "int64")
          for _, options in ipairs{
            {positions = "learned", context = 8}, {positions = "sinusoidal", mlp = "geglu"},
            {positions = "rope", rope = {fraction = 0.5, interleaved = true}, norm = "rms", mlp = "swiglu", qk_norm = true},
            {positions = "alibi", window = 2, kv_heads = 1}, {positions = "relative", norm_first = false, tied = false, mlp = "relu"},
            {positions = "none", mlp = "gelu_tanh", bias = false} } do
            options.vocab, options.width, options.depth, options.heads = 7, 8, 2, 2
            local net = lab.nn.Transformer(options):to("float64")
            net:apply(function(m) if m.class_name == "Linear" then lab.no_grad(function() m.weight:mul_(10) end) end end)
            print(options.positions, slopes(net, function() return net:loss(ids) end) < 1e-6)
          end
          """),
      "learned\ttrue\nsinusoidal\ttrue\nrope\ttrue\nalibi\ttrue\nrelative\ttrue\nnone\ttrue\n")
  }

  func testGradientsOfOtherKinds() throws {
    XCTAssertEqual(
      try run(
        Self.slopes + """
          local net = lab.nn.Transformer{kind = "encoder_decoder", vocab = 7, width = 8, depth = 1, heads = 2, kv_heads = 1, positions = "relative", norm = "rms"}:to("float64")
          print(slopes(net, function() return net:loss{given = { {1, 2, 3}, {4} }, predict = { {2, 2}, {1} }} end) < 1e-6)
          net = lab.nn.Transformer{kind = "encoder", vocab = 7, width = 8, depth = 1, heads = 2, context = 5, norm_first = false, embedding_norm = true, segments = 2, masked_lm = true}:to("float64")
          local ids, labels = lab.tensor({{1, 5, 2, 7}, {3, 3, 6, 0}}, "int64"), lab.tensor({{0, 2, 0, 0}, {0, 1, 1, 0}}, "int64")
          print(slopes(net, function() return net:loss{given = ids, predict = labels} end) < 1e-6)
          net = lab.nn.Transformer{kind = "vit", image = {4, 6}, patch = 2, channels = 2, width = 8, depth = 1, heads = 2, classes = 3}:to("float64")
          local images, classes = lab.randn({2, 2, 4, 6}, {dtype = "float64"}), lab.tensor({1, 3}, "int64")
          print(slopes(net, function() return lab.nn.cross_entropy(net(images), classes) end) < 1e-6)
          """), "true\ntrue\ntrue\n")
  }

  func testImages() throws {
    XCTAssertEqual(
      try run(
        """
        local net = lab.nn.Transformer{kind = "vit", image = {4, 6}, patch = 2, channels = 2, width = 8, depth = 1, heads = 2, classes = 3}
        lab.no_grad(function() net.patches.weight:copy_(lab.eye(8)); net.patches.bias:zero_() end)
        local x = lab.arange(48):reshape{1, 2, 4, 6}
        local y, inside = net:trace(x, {"patches", "blocks.1", "norm"})
        print(y.shape, inside.patches.shape, inside["blocks.1"].shape)
        print(inside.patches[{1, 5}]:detach())
        print((y - net.head(inside.norm:select(2, 1))):abs():max():item() < 1e-6, net(x:reshape{1, -1}):equal(y))
        local mean = lab.nn.Transformer{kind = "vit", image = 4, patch = 2, width = 8, depth = 1, heads = 2, classes = 3, pool = "mean"}
        local z, last = mean:trace(lab.randn{3, 1, 4, 4}, "norm")
        print((z - mean.head(last.norm:mean(2))):abs():max():item() < 1e-6)
        """),
      "{1, 3}\t{1, 6, 8}\t{1, 7, 8}\n{15, 16, 21, 22, 39, 40, 45, 46} float32 {8}\ntrue\ttrue\ntrue\n")
  }

  /// What follows padding, or precedes it, is as without it.
  func testPadding() throws {
    XCTAssertEqual(
      try run(
        """
        local net = lab.nn.Transformer{kind = "encoder", vocab = 9, width = 8, depth = 2, heads = 2, context = 8}
        local short, long = lab.tensor({{1, 5, 2}}, "int64"), lab.tensor({{1, 5, 2, 7, 7}}, "int64")
        local mask = lab.tensor({{1, 1, 1, 0, 0}}):gt(0)
        local y = net(long, {mask = mask})
        print((y:narrow(2, 1, 3) - net(short)):abs():max():item() < 1e-6, (y - net(long)):abs():max():item() > 1e-3)
        print((net:pooled(y, mask) - net(short):mean(2)):abs():max():item() < 1e-6)
        local both = lab.nn.Transformer{kind = "encoder_decoder", vocab = 9, width = 8, depth = 1, heads = 2, positions = "alibi"}
        local target = lab.tensor({{1, 3, 3}}, "int64")
        print((both(long, target, {source_mask = mask}) - both(short, target)):abs():max():item() < 1e-6)
        local decoder = lab.nn.Transformer{vocab = 9, width = 8, depth = 1, heads = 2}
        local rows = lab.ones({1, 3, 3}, "bool")
        print(decoder(short, {mask = rows}):equal(decoder(short)), decoder(lab.zeros({2, 0}, "int64")).shape)
        """), "true\ttrue\ntrue\ntrue\ntrue\t{2, 0, 9}\n")
  }

  func testPathsTiesAndCopies() throws {
    XCTAssertEqual(
      try run(
        """
        local net = lab.nn.Transformer{vocab = 9, width = 8, depth = 1, heads = 2, context = 4, mlp = "swiglu", bias = false}
        print(table.concat(net:weights():names(), " "))
        print(net:count(), rawequal(net.head.weight, net.tokens.weight), #lab.nn.Transformer{vocab = 9, width = 8, depth = 1, heads = 2, tied = false}:weights():names())
        local twin = net:clone()
        local ids = lab.tensor({{1, 5, 2}}, "int64")
        print(rawequal(twin.head.weight, twin.tokens.weight), twin(ids):equal(net(ids)))
        local other = lab.nn.Transformer{vocab = 9, width = 8, depth = 1, heads = 2, context = 4, mlp = "swiglu", bias = false}
        print(other(ids):equal(net(ids)), other:load(net:weights())(ids):equal(net(ids)))
        print(net(net.tokens(ids)):equal(net(ids)), net:readout(net:hidden(ids)):equal(net(ids)))
        net:to("float64")
        print(net.tokens.weight.dtype, rawequal(net.head.weight, net.tokens.weight), (net(ids) - twin(ids):to("float64")):abs():max():item() < 1e-5)
        """),
      """
      tokens.weight positions.weight blocks.1.attn_norm.weight blocks.1.attn.qkv.weight blocks.1.attn.out.weight \
      blocks.1.mlp_norm.weight blocks.1.mlp.up.weight blocks.1.mlp.gate.weight blocks.1.mlp.down.weight norm.weight
      960\ttrue\t16
      true\ttrue
      false\ttrue
      true\ttrue
      float64\ttrue\ttrue

      """)
  }

  /// One block of each order of norms, composed by hand.
  func testOrderOfNorms() throws {
    XCTAssertEqual(
      try run(
        """
        for _, first in ipairs{true, false} do
          local block = lab.nn.TransformerBlock(8, {heads = 2, norm_first = first, mlp = "swiglu", cross = true})
          local h, memory = lab.randn{2, 3, 8}, lab.randn{2, 4, 8}
          local function add(h, norm, layer)
            return first and h + layer(norm(h)) or norm(h + layer(h))
          end
          local function mlp(x) return block.mlp.down(lab.silu(block.mlp.gate(x)) * block.mlp.up(x)) end
          local y = add(h, block.attn_norm, block.attn)
          y = add(y, block.cross_norm, function(x) return block.cross(x, {memory = memory}) end)
          y = add(y, block.mlp_norm, mlp)
          print((block(h, {memory = memory}) - y):abs():max():item() < 1e-5)
        end
        print(lab.nn.MLP(12, {kind = "geglu"}).up.weight.shape, lab.nn.MLP(12, {ratio = 2}).up.weight.shape)
        """), "true\ntrue\n{32, 12}\t{24, 12}\n")
  }

  /// GPT-2's rule for new weights.
  func testNewWeights() throws {
    XCTAssertEqual(
      try run(
        """
        local net = lab.nn.Transformer{vocab = 300, width = 64, depth = 8, heads = 4, context = 200}
        local function near(path, deviation) return math.abs(net:at(path):std():item() / deviation - 1) < 0.05 end
        print(near("tokens.weight", 0.02), near("positions.weight", 0.02), near("blocks.3.attn.qkv.weight", 0.02))
        print(near("blocks.3.attn.out.weight", 0.005), near("blocks.8.mlp.down.weight", 0.005), net:at("blocks.1.mlp.up.bias"):abs():max():item() == 0)
        local loss = net:loss(lab.randint({4, 50}, 1, 300)):item()
        print(math.abs(loss - math.log(300)) < 0.1)
        net = lab.nn.Transformer{vocab = 300, width = 64, depth = 8, heads = 4, context = 200, std = 0.2}
        print(near("tokens.weight", 0.2), near("blocks.8.mlp.down.weight", 0.05))
        """), "true\ttrue\ttrue\ntrue\ttrue\ttrue\ntrue\ntrue\ttrue\n")
  }
}
