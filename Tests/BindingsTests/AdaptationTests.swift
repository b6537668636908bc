import Foundation
import XCTest

/// LoRA, adapters, soft prompts, masks and tuning in part.
final class AdaptationTests: XCTestCase {
  private static let net = """
    local net = lab.nn.Sequential{ lab.nn.Linear(4, 8), lab.nn.ReLU(), lab.nn.Linear(8, 2) }
    local x = lab.randn{5, 4}
    local function shake(n)
      for _, p in ipairs(n:trainable()) do lab.no_grad(function() p:add_(lab.randn(p.shape) * 0.3) end) end
    end

    """

  private func truths(_ lua: String, _ count: Int, line: UInt = #line) throws {
    let printed = try run(Self.net + lua).split(separator: "\n").map(String.init)
    XCTAssertEqual(printed, Array(repeating: "true", count: count), line: line)
  }

  func testLoRAComputesTheLowRankChange() throws {
    try truths(
      """
      local plain = net(x)
      net:lora{ rank = 2, alpha = 6, on = "1" }
      print(net(x):equal(plain))
      print(#net:trainable() == 2 and not net:at("3.weight").requires_grad)
      shake(net)
      local layer = net:at("1")
      local W = layer.weight + layer.lora.up:matmul(layer.lora.down) * 3
      local h = (x:matmul(W:transpose(1, 2)) + layer.bias):relu()
      print((net:at("3")(h) - net(x)):abs():max():item() < 1e-5)
      """, 3)
  }

  func testMergeAndUnmergeAreExact() throws {
    try truths(
      """
      net:lora{ rank = 2 }
      shake(net)
      local y, before = net(x), net:weights()
      net:merge_lora()
      print((net(x) - y):abs():max():item() < 1e-6 and (net:weights() - before):norm() > 0.1)
      net:merge_lora()                                                 -- twice changes nothing
      print((net(x) - y):abs():max():item() < 1e-6)
      net:unmerge_lora()
      print((net:weights() - before):map(function(_, t) return t:abs() end):flatten():max():item() < 1e-6)
      print((net(x) - y):abs():max():item() < 1e-6)
      print((net:merge_lora():remove_lora()(x) - y):abs():max():item() < 1e-6 and #net:weights() == 4)
      """, 5)
  }

  func testLoRAIsCopiedSavedAndLoaded() throws {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).safetensors")
    defer { try? FileManager.default.removeItem(at: file) }
    try truths(
      """
      local base = net:clone()
      net:lora{ rank = 2, on = { "1", "3" } }
      shake(net)
      local copy = net:clone()
      print(copy(x):equal(net(x)) and #copy:trainable() == 4)
      shake(copy)
      print(not copy(x):equal(net(x)))
      lab.save("PATH", net:lora_weights())
      local again = base:lora{ rank = 2, on = { "1", "3" } }
      again:load_lora(lab.load("PATH"))
      print(again(x):equal(net(x)))
      print(#net:lora_weights() == 4 and net:lora_weights():numel() == 2 * 12 + 2 * 10)
      -- Only the factors move.
      local before = net:weights()
      local opt = lab.optim.AdamW(net, { lr = 0.1 })
      for _ = 1, 3 do opt:minimize((net(x) - 1):square():mean()) end
      local change = net:weights() - before
      print(change:select("1.weight", "1.bias", "3.weight", "3.bias"):norm() == 0 and change:norm() > 0.1)
      """.replacingOccurrences(of: "PATH", with: file.path), 5)
  }

  func testLoRAOnContainersAndEmbeddings() throws {
    try truths(
      """
      local Block = lab.nn.class("Block")
      function Block:init() self.attn = lab.nn.Sequential{ lab.nn.Linear(4, 4), lab.nn.Linear(4, 4) }; self.mlp = lab.nn.Linear(4, 4) end
      function Block:forward(h) return self.mlp(self.attn(h)) end
      local Net = lab.nn.class("Net")
      function Net:init() self.tokens = lab.nn.Embedding(9, 4); self.blocks = { Block(), Block() } end
      function Net:forward(ids) return self.blocks[2](self.blocks[1](self.tokens(ids))) end
      local ids = lab.tensor({{1, 9, 3}}, "int64")
      local deep = Net():lora{ rank = 1, on = "blocks.*.attn" }
      print(#deep:trainable() == 8 and deep:lora_weights():names()[1] == "blocks.1.attn.1.lora.down")
      local whole = Net()
      local before = whole(ids)
      whole:lora{ rank = 2, embeddings = true }
      print(#whole:trainable() == 14 and whole(ids):equal(before))
      shake(whole)
      local y = whole(ids)
      print((whole:merge_lora()(ids) - y):abs():max():item() < 1e-4)

      local tied = lab.nn.Transformer{ kind = "decoder", vocab = 5, width = 8, depth = 1, heads = 2, context = 4 }
      local names = table.concat(tied:clone():lora{ rank = 1 }:lora_weights():names(), " ")
      print(names:find("blocks.1.", 1, true) ~= nil and not names:find("head", 1, true))
      print(tied:lora{ rank = 1, on = "head" }:lora_weights():names()[1] == "head.lora.down")
      """, 5)
  }

  func testAdapters() throws {
    try truths(
      """
      local plain = net(x)
      net:adapters{ width = 3, on = "1" }
      print(net(x):equal(plain) and #net:trainable() == 4)
      shake(net)
      local a, h = net:at("1.adapter"), lab.nn.linear(x, net:at("1.weight"), net:at("1.bias"))
      local wanted = net:at("3")((h + a.up(a.down(h):gelu())):relu())
      print((net(x) - wanted):abs():max():item() < 1e-5)
      print(net:clone()(x):equal(net(x)))
      """, 3)
  }

  func testSoftPromptsLengthenTheSequenceInside() throws {
    try truths(
      """
      local Net = lab.nn.class("Net")
      function Net:init() self.tokens, self.head = lab.nn.Embedding(9, 4), lab.nn.Linear(4, 9) end
      function Net:forward(ids) return self.head(self.tokens(ids):cumsum(2)) end
      local model, ids = Net(), lab.tensor({{1, 2, 5}, {3, 4, 4}}, "int64")
      model:soft_prompt{ length = 2 }
      local p, t = model:at("tokens.soft_prompt.prompt"), model:at("tokens.weight")
      print(#model:trainable() == 1 and p:size(1) == 2)
      local y = model(ids)
      print(y:size(2) == 3)
      local first = model:at("head")(p:sum(1) + t[1])
      print((y[{1, 1}] - first):abs():max():item() < 1e-5)
      lab.nn.cross_entropy(y, ids):backward()
      print(p.grad:norm():item() > 0 and t.grad == nil)
      """, 4)
  }

  func testTrainOnlyAndMasks() throws {
    try truths(
      """
      print(#net:train_only{ "**.bias" }:trainable() == 2 and #net:train_only("3"):trainable() == 2)
      net:unfreeze()
      local mask = lab.prune.magnitude(net:weights():select("*.weight"), { keep = 0.25 })
      net:sparsify(mask)
      local copy = net:clone()
      for _, n in ipairs{ net, copy } do
        local opt = lab.optim.AdamW(n, { lr = 0.1, weight_decay = 0.1 })
        for _ = 1, 5 do opt:minimize((n(x) - 1):square():mean(), { clip = 1 }) end
        local w = n:weights():select("*.weight")
        print((w * (1 - mask)):norm() == 0 and w:norm() > 0)
      end
      net:load(net:weights():map(function(_, t) return lab.ones_like(t) end))
      print(net:weights():select("*.weight"):flatten():sum():item() == mask:flatten():sum():item())
      net:densify()
      print(#net:masks() == 0)
      local start = net:weights()
      net:sparsify(mask, { frozen = true })
      local opt = lab.optim.SGD(net, { lr = 0.1, momentum = 0.9, weight_decay = 0.1 })
      for _ = 1, 5 do opt:minimize((net(x) - 1):square():mean()) end
      local change = (net:weights() - start):select("*.weight")
      print((change * (1 - mask)):norm() == 0 and change:norm() > 0)
      """, 6)
  }

  func testHooksKeepFurtherOutputs() throws {
    try truths(
      """
      local Two = lab.nn.class("Two")
      function Two:forward(h) return h + 1, h end
      local Net = lab.nn.class("Net")
      function Net:init() self.two = Two() end
      function Net:forward(h) local a, b = self.two(h) return a * 10 + b end
      local n = Net()
      print(n:with_hook("two", function(a) return a * 2 end, function() return n(lab.ones{1}) end):item() == 41)
      local _, inside = n:trace(lab.ones{1}, "two")
      print(inside.two:item() == 2)
      """, 2)
  }

  private func check(_ statement: String, _ expected: String, line: UInt = #line) {
    XCTAssertEqual(
      message("local net = lab.nn.Sequential{ lab.nn.Linear(4, 8), lab.nn.ReLU(), lab.nn.Linear(8, 2) }\n" + statement),
      "script.lua:2: " + expected, line: line)
  }

  func testErrors() {
    check(
      "net:lora{ rank = 9, on = '1' }", "lora: rank 9 is larger than '1' allows: its weight is {8, 4}, so 4 at most")
    check("net:lora{ rank = 1, on = 'blocks.*' }", "lora: no Linear matches 'blocks.*'; modules are '1', '2', '3'")
    check("net:lora{ rank = 1, on = '2' }", "lora: no Linear matches '2', which is a ReLU")
    check("net:lora{ rank = 1, on = 3 }", "lora: option 'on' must be a pattern or a list of patterns, but is 3")
    check("net:lora{ rnk = 1 }", "lora: unknown option 'rnk'; did you mean 'rank'?")
    check("net:lora{ alpha = 1 }", "lora: option 'rank' is missing")
    check("net:lora{ rank = 0 }", "lora: option 'rank' must be a whole number from 1, but is 0")
    check("net:lora{ rank = 1, dropout = 1 }", "lora: option 'dropout' must be a number from 0 to below 1, but is 1")
    check("net:lora{ rank = 1 }:lora{ rank = 1 }", "lora: '1' has LoRA already; net:remove_lora() takes it away")
    check("net:merge_lora()", "merge_lora: the net has no LoRA; net:lora{rank = 4} attaches it")
    check(
      "net:lora{ rank = 1, on = '1' }:load_lora(net:weights():select('3.*'))",
      "load: the weights do not agree: missing '1.lora.down', '1.lora.up'; extra '3.weight', '3.bias'")
    check("net:adapters{ width = 2 }", "adapters: option 'on' is missing")
    check(
      "net:adapters{ width = 2, on = '2' }",
      "adapters: the size of the output of '2' is unknown; give it as option 'dim'")
    check("net:adapters{ width = 2, on = 'x' }", "adapters: no module matches 'x'; modules are '1', '2', '3'")
    check(
      "net:soft_prompt{ length = 2 }", "soft_prompt: no Embedding matches 'tokens'; modules are '1', '2', '3'")
    check("net:train_only{ '4.*' }", "no parameter matches '4.*'")
    check(
      "net:sparsify(lab.nn.Linear(4, 8):weights())",
      "sparsify: the net has no parameter 'weight'; did you mean '1.weight'?")
    check(
      "net:sparsify(lab.nn.Sequential{ lab.nn.Linear(3, 8) }:weights())",
      "sparsify: the mask of '1.weight' has shape {8, 3}, the parameter {8, 4}")
  }
}
