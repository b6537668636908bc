import XCTest

/// Modules: parameters in order, sharing, freezing, weights, modes, hooks.
final class ModuleTests: XCTestCase {
  private static let network = """
    local Block = lab.nn.class("Block")
    function Block:init(width) self.norm = lab.nn.LayerNorm(width); self.mix = lab.nn.Linear(width, width, {bias = false}) end
    function Block:forward(x) return x + self.mix(self.norm(x)) end
    local Net = lab.nn.class("Net")
    function Net:init()
      self.input = lab.nn.Linear(3, 4)
      self.blocks = { Block(4), Block(4) }
      self.scale = lab.nn.parameter(lab.ones{1})
      self.output = lab.nn.Linear(4, 2)
    end
    function Net:forward(x)
      x = self.input(x)
      for _, block in ipairs(self.blocks) do x = block(x) end
      return self.output(x) * self.scale
    end
    local net = Net()
    local function names(list)
      local found = {}
      for i, entry in ipairs(list) do found[i] = entry[1] end
      return table.concat(found, " ")
    end

    """

  func testNamesFollowTheOrderOfDefinition() throws {
    XCTAssertEqual(
      try run(
        Self.network + """
          print(names(net:named_parameters()))
          print(names(net:named_modules()))
          print(table.concat(net:weights():names(), " ") == names(net:named_parameters()), net:count(), #net:trainable())
          print(net:at("blocks.2.mix").weight == nil, net:at("blocks.2.mix.weight").shape)
          """),
      """
      scale input.weight input.bias blocks.1.norm.weight blocks.1.norm.bias blocks.1.mix.weight blocks.2.norm.weight blocks.2.norm.bias blocks.2.mix.weight output.weight output.bias
       input blocks.1 blocks.1.norm blocks.1.mix blocks.2 blocks.2.norm blocks.2.mix output
      true\t75\t11
      false\t{4, 4}

      """)
  }

  func testFreezing() throws {
    XCTAssertEqual(
      try run(
        Self.network + """
          net:freeze("blocks.*.norm.*")
          print(#net:trainable(), net:at("blocks.1.norm.weight").requires_grad)
          net:freeze()
          print(#net:trainable(), #net:parameters(), net(lab.ones{1, 3}).requires_grad)
          net:unfreeze("output.*")
          net(lab.ones{1, 3}):sum():backward()
          print(#net:trainable(), net.output.weight.grad ~= nil, net.input.weight.grad)
          print(#net:clone():trainable())
          """), "7\tfalse\n0\t11\tfalse\n2\ttrue\tnil\n2\n")
  }

  func testSharedTensorsCountOnce() throws {
    XCTAssertEqual(
      try run(
        """
        local Tied = lab.nn.class("Tied")
        function Tied:init() self.a = lab.nn.Linear(3, 3); self.b = lab.nn.Linear(3, 3); self.b.weight = self.a.weight end
        function Tied:forward(x) return self.b(self.a(x)) end
        local net = Tied()
        local twin = net:clone()
        print(#net:parameters(), net:count(), #twin:parameters())
        lab.no_grad(function() twin.a.weight:fill_(1) end)
        print(twin.b.weight:sum():item(), net.a.weight:sum():item() ~= 9)
        net(lab.ones{1, 3}):sum():backward()
        local together = lab.grad(net(lab.ones{1, 3}):sum(), {net.a.weight})[1]
        print((net.b.weight.grad - together):abs():max():item())
        """), "3\t15\t3\n9.0\ttrue\n0.0\n")
  }

  func testWeightsAreAValue() throws {
    XCTAssertEqual(
      try run(
        Self.network + """
          local base, twin = net:weights(), net:clone()
          local x = lab.randn{2, 3}
          local before = net(x)
          twin:load(base * 0)
          print(net(x):equal(before), twin(x):abs():max():item(), base:norm() > 0)
          print(pcall(net.with, net, base * 0, function() assert(net.scale:item() == 0); error("inside", 0) end))
          print(net(x):equal(before), net:with(base * 2, function() return net.scale:item() end), net.scale:item())
          local task = twin:weights() - base
          net:load(base + task * 0.25)
          print(net.scale:item(), (base + task - task - base):norm() < 1e-6)
          """), "true\t0.0\ttrue\nfalse\tinside\ntrue\t2.0\t1.0\n0.75\ttrue\n")
  }

  func testHooksAndTraces() throws {
    XCTAssertEqual(
      try run(
        Self.network + """
          local x = lab.randn{2, 3}
          local y, seen = net:trace(x, {"blocks.*", "output"})
          local found = {}
          for path, value in pairs(seen) do found[#found + 1] = path .. " " .. value.shape[2] end
          print(table.concat(found, ", "), y:equal(net(x)), (seen["output"] * net.scale):equal(y))
          local silent = net:with_hook("blocks.*", function(output, path) return output * 0 end, function() return net(x) end)
          print((silent - net.output.bias):abs():max():item() < 1e-6, net(x):equal(y))
          print(pcall(net.with_hook, net, "output", function() error("hook", 0) end, function() return net(x) end))
          print(net(x):equal(y))
          """),
      "blocks.1 4, blocks.2 4, output 2\ttrue\ttrue\ntrue\ttrue\nfalse\thook\ntrue\n")
  }

  func testModes() throws {
    XCTAssertEqual(
      try run(
        """
        local net = lab.nn.Sequential{ lab.nn.Dropout(0.5), lab.nn.Sequential{ lab.nn.Dropout(0.9) } }
        print(net:is_training(), net:eval():at("2.1"):is_training(), net(lab.ones{4}), net:clone():is_training())
        net:train()
        print(net:at("2.1"):is_training())
        """), "true\tfalse\t{1, 1, 1, 1} float32 {4}\tfalse\ntrue\n")
  }

  func testInheritance() throws {
    XCTAssertEqual(
      try run(
        """
        local Scaled = lab.nn.class("Scaled", lab.nn.Linear)
        function Scaled:init(inputs, outputs, factor)
          lab.nn.Linear.init(self, inputs, outputs)
          self.factor = factor
        end
        function Scaled:forward(x) return lab.nn.Linear.forward(self, x) * self.factor end
        local net = Scaled(2, 1, 0)
        print(net(lab.ones{1, 2}):abs():item(), #net:parameters())
        print(net)
        """), "0.0\t2\nScaled (weight {1, 2}, bias {1})  3 parameters\n")
  }
}
