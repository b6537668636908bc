import XCTest

/// Attention layers against loops over single numbers in float64, fused and with the weights looked at.
final class AttentionLayerTests: XCTestCase {
  /// `compare(name, options, o, more)` makes a layer and its reference; `o` says what the reference does.
  private static let naive = """
    local function matrix(t) return t:detach():totable() end
    local function affine(row, layer)
      local w, b, y = matrix(layer.weight), layer.bias and matrix(layer.bias), {}
      for o = 1, #w do
        local sum = b and b[o] or 0
        for i = 1, #row do sum = sum + w[o][i] * row[i] end
        y[o] = sum
      end
      return y
    end
    local function normed(row, norm)
      local sum = 0
      for i = 1, #row do sum = sum + row[i] ^ 2 end
      local y, w = {}, matrix(norm.weight)
      for i = 1, #row do y[i] = row[i] / math.sqrt(sum / #row + norm.eps) * w[i] end
      return y
    end
    local function turned(row, place, base, dims)
      local y = table.move(row, 1, #row, 1, {})
      for i = 1, dims // 2 do
        local angle = place * base ^ (-2 * (i - 1) / dims)
        local a, b = row[i], row[i + dims // 2]
        y[i], y[i + dims // 2] = a * math.cos(angle) - b * math.sin(angle), b * math.cos(angle) + a * math.sin(angle)
      end
      return y
    end
    local function piece(row, from, count) return table.move(row, from, from + count - 1, 1, {}) end
    -- o: heads, kv, causal, window, rope = {base, dims}, slope(h), mask[t][s], bias(h, t, s)
    local function naive(attn, h, memory, o)
      local D, result = attn.head_width, {}
      for n = 1, #h do
        result[n] = {}
        local q, k, v = {}, {}, {}
        local source = memory and memory[n] or h[n]
        for t = 1, #h[n] do
          local row = memory and affine(h[n][t], attn.query) or affine(h[n][t], attn.qkv)
          q[t] = {}
          for j = 1, o.heads do q[t][j] = piece(row, (j - 1) * D + 1, D) end
        end
        for s = 1, #source do
          local row = memory and affine(source[s], attn.key_value) or affine(source[s], attn.qkv)
          local start = memory and 0 or o.heads * D
          k[s], v[s] = {}, {}
          for j = 1, o.kv do
            k[s][j] = piece(row, start + (j - 1) * D + 1, D)
            v[s][j] = piece(row, start + (o.kv + j - 1) * D + 1, D)
          end
        end
        for _, side in ipairs{ { q, attn.query_norm }, { k, attn.key_norm } } do
          for t, list in ipairs(side[1]) do
            for j = 1, #list do
              if side[2] then list[j] = normed(list[j], side[2]) end
              if o.rope then list[j] = turned(list[j], o.places and o.places[n][t] or t, o.rope[1], o.rope[2]) end
            end
          end
        end
        for t = 1, #q do
          local joined = {}
          for j = 1, o.heads do
            local g = (j - 1) // (o.heads // o.kv) + 1
            local weights, total = {}, 0
            for s = 1, #k do
              local sees = (not o.causal or s <= t) and (not o.window or math.abs(t - s) < o.window) and (not o.mask or o.mask[n][t][s])
              local score = 0
              for i = 1, D do score = score + q[t][j][i] * k[s][g][i] end
              score = score / math.sqrt(D) + (o.bias and o.bias(j, t, s) or 0)
              weights[s] = sees and math.exp(score) or 0
              total = total + weights[s]
            end
            for i = 1, D do
              local sum = 0
              for s = 1, #k do sum = sum + (total > 0 and weights[s] / total or 0) * v[s][g][i] end
              joined[#joined + 1] = sum
            end
          end
          result[n][t] = affine(joined, attn.out)
        end
      end
      return lab.tensor(result, "float64")
    end
    local function compare(name, options, o, more)
      more = more or {}
      local attn = lab.nn.Attention(8, options):to("float64")
      attn:apply(function(m) if m.class_name == "RMSNorm" then lab.no_grad(function() m.weight:copy_(lab.rand({#m.weight}, {dtype = "float64"}) + 0.5) end) end end)
      local h = lab.randn({2, more.length or 5, 8}, {dtype = "float64"})
      local memory = options.cross and lab.randn({2, 3, options.memory_width or 8}, {dtype = "float64"}) or nil
      o.heads, o.kv = options.heads, options.kv_heads or options.heads
      local y = attn(h, { memory = memory, mask = more.mask, positions = more.positions, bias = more.bias })
      local expected = naive(attn, matrix(h), memory and matrix(memory), o)
      local off = (y - expected):abs():max():item()
      local z, inside = attn:trace(h, "weights", { memory = memory, mask = more.mask, positions = more.positions, bias = more.bias })
      if off < 1e-12 and (z - y):abs():max():item() < 1e-12 then print(name, inside.weights.shape) else print(name, "differs", off) end
    end

    """

  private func check(_ cases: String, _ expected: String, line: UInt = #line) throws {
    XCTAssertEqual(try run(Self.naive + cases), expected, line: line)
  }

  func testHeads() throws {
    try check(
      """
      compare("plain", {heads = 2}, {})
      compare("one position", {heads = 2, causal = true}, {causal = true}, {length = 1})
      compare("grouped", {heads = 4, kv_heads = 2, causal = true, bias = false}, {causal = true})
      compare("qk_norm", {heads = 2, qk_norm = true}, {})
      compare("cross", {heads = 2, kv_heads = 1, cross = true, memory_width = 6, qk_norm = true}, {})
      """,
      """
      plain\t{2, 2, 5, 5}
      one position\t{2, 2, 1, 1}
      grouped\t{2, 4, 5, 5}
      qk_norm\t{2, 2, 5, 5}
      cross\t{2, 2, 5, 3}

      """)
  }

  func testWhatIsSeen() throws {
    try check(
      """
      compare("window", {heads = 4, kv_heads = 1, causal = true, window = 2}, {causal = true, window = 2})
      compare("both sides", {heads = 2, window = 2}, {window = 2})
      local bias = lab.randn({2, 5, 5}, {dtype = "float64"})
      compare("bias", {heads = 2}, {bias = function(h, t, s) return bias[{h, t, s}]:item() end}, {bias = bias})
      local allowed = lab.rand{2, 1, 5, 5}:gt(0.4)
      allowed[{1, 1, 2, {}}] = false
      local list, mask = allowed:to("float32"):totable(), {}
      for n = 1, 2 do
        mask[n] = {}
        for t = 1, 5 do
          mask[n][t] = {}
          for s = 1, 5 do mask[n][t][s] = list[n][1][t][s] == 1 end
        end
      end
      compare("mask, a query sees nothing", {heads = 2}, {mask = mask}, {mask = allowed})
      """,
      """
      window\t{2, 4, 5, 5}
      both sides\t{2, 2, 5, 5}
      bias\t{2, 2, 5, 5}
      mask, a query sees nothing\t{2, 2, 5, 5}

      """)
  }

  func testPositions() throws {
    try check(
      """
      local rope = {heads = 2, causal = true, positions = "rope"}
      compare("rope", {heads = 2, causal = true, positions = "rope", rope = {base = 100}}, {causal = true, rope = {100, 4}})
      compare("part", {heads = 1, positions = "rope", rope = {fraction = 0.5}}, {rope = {10000, 4}})
      local places = {{3, 1, 4, 1, 5}, {1, 2, 3, 4, 5}}
      compare("places", rope, {causal = true, rope = {10000, 4}, places = places}, {positions = lab.tensor(places, "int64")})
      compare("alibi", {heads = 2, positions = "alibi"}, {bias = function(h, t, s) return -math.abs(t - s) * 2 ^ (-4 * h) end})
      compare("causal alibi", {heads = 4, causal = true, positions = "alibi"},
        {causal = true, bias = function(h, t, s) return -(t - s) * 2 ^ (-2 * h) end})
      """,
      """
      rope\t{2, 2, 5, 5}
      part\t{2, 1, 5, 5}
      places\t{2, 2, 5, 5}
      alibi\t{2, 2, 5, 5}
      causal alibi\t{2, 4, 5, 5}

      """)
  }

  func testWeightsInTracesAndHooks() throws {
    XCTAssertEqual(
      try run(
        """
        local attn = lab.nn.Attention(8, {heads = 2, causal = true})
        local h = lab.randn{1, 3, 8}
        local _, inside = attn:trace(h, "weights")
        print(inside.weights:sum(4):sub(1):abs():max():item() < 1e-6, inside.weights[{1, 1, 1}])
        -- Each query sees itself only: the values pass through.
        local y = attn:with_hook("weights", function(w) return lab.eye(3):expand{1, 2, 3, 3} end, function() return attn(h) end)
        local values = attn.qkv(h):narrow(3, 17, 8)
        print((y - attn.out(values)):abs():max():item() < 1e-6)
        print(attn:weights():names(), lab.nn.Sequential{attn}:weights():names()[1])
        """),
      """
      true\t{1, 0, 0} float32 {3} requires_grad
      true
      {"qkv.weight", "qkv.bias", "out.weight", "out.bias"}\t1.qkv.weight

      """)
  }

  func testDropoutOfWeights() throws {
    XCTAssertEqual(
      try run(
        """
        local attn = lab.nn.Attention(8, {heads = 2, dropout = 0.5})
        local h = lab.randn{1, 6, 8}
        print(attn(h):equal(attn(h)), attn:eval()(h):equal(attn(h)))
        local weights
        attn:train():with_hook("weights", function(w) weights = w end, function() attn(h) end)
        print((weights:sum(4) - 1):abs():max():item() < 1e-6)
        """), "false\ttrue\ntrue\n")
  }
}
