import XCTest

/// Continuations from caches against full recomputation, and what options do to them.
final class GenerationTests: XCTestCase {
  /// `lively(net)`: weights large enough that continuations differ from prompt to prompt.
  static let lively = """
    local function lively(net)
      net:apply(function(m)
        if m.class_name == "Linear" or m.class_name == "Embedding" or m.class_name == "RelativePositions" then
          lab.nn.init.normal(m.weight, {std = m.class_name == "Linear" and 1.5 / math.sqrt(m.weight:size(2)) or 1})
        end
      end)
      return net
    end

    """

  /// Each model: batched, one by one, and token by token over the whole sequence, with the log-probabilities.
  private static let agree =
    lively + """
      local prompts = { {1, 5, 2}, {3}, {9, 9, 9, 9, 8} }
      local function agree(name, options)
        options.vocab, options.width, options.depth, options.heads, options.tied = 10, 16, 2, 4, false
        local net = lively(lab.nn.Transformer(options))
        local all, scores = net:generate(prompts, {max = 12, stop = 4, scores = true})
        local same, distinct = true, {}
        for i, prompt in ipairs(prompts) do
          local alone = net:generate(prompt, {max = 12, stop = {4}})
          local whole, tokens = table.move(prompt, 1, #prompt, 1, {}), {}
          for step = 1, 12 do
            local logits
            if options.kind == "encoder_decoder" then
              logits = net(lab.tensor({prompt}, "int64"), lab.tensor({ {1, table.unpack(tokens)} }, "int64"))
            else
              logits = net(lab.tensor({whole}, "int64"))
            end
            tokens[step] = logits[{1, -1}]:argmax():item()
            whole[#whole + 1] = tokens[step]
            distinct[tokens[step]] = true
            if tokens[step] == 4 then break end
          end
          local wanted = lab.tensor(tokens, "int64")
          local rest = all[i]:narrow(1, #tokens + 1, all:size(2) - #tokens)
          same = same and alone:equal(wanted) and all[i]:narrow(1, 1, #tokens):equal(wanted) and rest:eq(0):all():item()
          local given = net:log_probs({prompt}, {tokens})[1]
          same = same and (scores[i]:narrow(1, 1, #tokens) - given):abs():max():item() < 1e-4
        end
        local count = 0
        for _ in pairs(distinct) do count = count + 1 end
        print(name, same, count > 2)
      end

      """

  func testCacheEqualsFullRecomputation() throws {
    XCTAssertEqual(
      try run(
        Self.agree + """
          for _, positions in ipairs{"none", "learned", "sinusoidal", "rope", "alibi", "relative"} do
            agree(positions, {positions = positions, context = 20})
            agree(positions, {positions = positions, context = 20, kv_heads = 2, qk_norm = true, norm = "rms", mlp = "swiglu", window = 3})
          end
          agree("part", {positions = "rope", rope = {fraction = 0.5, base = 100}, kv_heads = 1, bias = false, norm_first = false})
          """),
      """
      none\ttrue\ttrue
      none\ttrue\ttrue
      learned\ttrue\ttrue
      learned\ttrue\ttrue
      sinusoidal\ttrue\ttrue
      sinusoidal\ttrue\ttrue
      rope\ttrue\ttrue
      rope\ttrue\ttrue
      alibi\ttrue\ttrue
      alibi\ttrue\ttrue
      relative\ttrue\ttrue
      relative\ttrue\ttrue
      part\ttrue\ttrue

      """)
  }

  func testEncoderDecoders() throws {
    XCTAssertEqual(
      try run(
        Self.agree + """
          for _, positions in ipairs{"learned", "rope", "alibi", "relative"} do
            agree(positions, {kind = "encoder_decoder", positions = positions, context = 20, kv_heads = 2, encoder_depth = 1})
          end
          """), "learned\ttrue\ttrue\nrope\ttrue\ttrue\nalibi\ttrue\ttrue\nrelative\ttrue\ttrue\n")
  }

  /// The caches grow, too, when no room was reserved.
  func testCachesGrow() throws {
    XCTAssertEqual(
      try run(
        Self.lively + """
          local net = lively(lab.nn.Transformer{vocab = 10, width = 16, depth = 2, heads = 4, kv_heads = 2})
          local ids = lab.randint({2, 23}, 1, 10)
          lab.no_grad(function()
            local cache, parts, at = net:cache(), {}, 1
            for _, count in ipairs{3, 1, 1, 7, 1, 10} do
              parts[#parts + 1] = net(ids:narrow(2, at, count), {cache = cache})
              at = at + count
            end
            print((lab.cat(parts, 2) - net(ids)):abs():max():item() < 1e-4, cache.length, cache[1].capacity)
          end)
          """), "true\t23\t24\n")
  }

  func testDraws() throws {
    XCTAssertEqual(
      try run(
        Self.lively + """
          local net = lively(lab.nn.Transformer{vocab = 6, width = 8, depth = 1, heads = 2, tied = false})
          local many = {}
          for i = 1, 4000 do many[i] = {1} end
          local p = (net(lab.tensor({{1}}, "int64"))[{1, 1}] / 0.7):softmax(1):detach()
          local function counts(options)
            options.max, options.rng = 1, lab.rng(1)
            local seen = lab.zeros{6}
            for _, row in ipairs(net:generate(many, options):totable()) do seen[row[1]] = seen[row[1]] + 1 end
            return seen
          end
          -- Chi-squared with 5 degrees of freedom exceeds 20.5 once in a thousand times.
          local function fits(seen, expected)
            local kept = expected:gt(0)
            local seen, other, expected = seen[kept], seen[kept:logical_not()], expected[kept] * 4000
            return other:sum():item() == 0 and ((seen - expected):square() / expected):sum():item() < 20.5
          end
          print(fits(counts{temperature = 0.7}, p))
          local order = p:argsort(1, {descending = true}):totable()
          local top = lab.zeros{6}
          for k = 1, 3 do top[order[k]] = p[order[k]] end
          print(fits(counts{temperature = 0.7, top_k = 3}, top / top:sum()))
          -- The fewest tokens that hold a little more than the two likeliest ones' probability are three.
          local two = p[order[1]]:item() + p[order[2]]:item()
          print(fits(counts{temperature = 0.7, top_p = two + 1e-4}, top / top:sum()))
          print(counts{temperature = 0.7, top_p = 1e-6}:max():item(), counts{temperature = 0.7, top_k = 1}:max():item(), counts{}:max():item())
          """), "true\ntrue\ntrue\n4000.0\t4000.0\t4000.0\n")
  }

  func testSeeds() throws {
    XCTAssertEqual(
      try run(
        Self.lively + """
          local net = lively(lab.nn.Transformer{vocab = 10, width = 16, depth = 1, heads = 4, dropout = 0.5})
          local function draw(seed) return net:generate({ {1, 2}, {3} }, {max = 20, temperature = 1.5, rng = lab.rng(seed)}) end
          print(draw(1):equal(draw(1)), draw(1):equal(draw(2)), net:is_training(), net.drop:is_training())
          local rng = lab.rng(5)
          local a = net:generate({1}, {max = 20, temperature = 1.5, rng = rng})
          print(a:equal(net:generate({1}, {max = 20, temperature = 1.5, rng = rng})))
          print(pcall(function() net:generate({1}, {max = 2, logits = function() error("stop", 0) end}) end))
          print(net:is_training(), net:generate({1}, {max = 9}).requires_grad)
          """), "true\tfalse\ttrue\ttrue\nfalse\nfalse\tstop\ntrue\tfalse\n")
  }

  func testConstraints() throws {
    XCTAssertEqual(
      try run(
        Self.lively + """
          local net = lively(lab.nn.Transformer{vocab = 10, width = 16, depth = 1, heads = 4, positions = "none"})
          local function within(tokens, ids)
            local count = 0
            for _, id in ipairs(ids) do count = count + tokens:eq(id):sum():item() end
            return count == tokens:numel()
          end
          print(within(net:generate({ {1}, {2} }, {max = 30, temperature = 3, allowed = {2, 7}}), {2, 7}))
          print(within(net:generate({ {1}, {2} }, {max = 5, beams = 3, allowed = lab.tensor({3, 7}, "int64")}), {3, 7}))
          -- 8 or 9 at odd steps; after a 9 only a 10.
          local tokens = net:generate({ {1}, {2} }, {max = 40, temperature = 2, allowed = function(step, tokens)
            if tokens[#tokens] == 9 then return {10} end
            return step % 2 == 1 and {8, 9} or nil
          end})
          local fits, nines = true, 0
          for _, row in ipairs(tokens:totable()) do
            for k = 1, 39, 2 do
              fits = fits and (row[k] == 8 or row[k] == 9 or row[k - 1] == 9)
              if row[k] == 9 then fits, nines = fits and row[k + 1] == 10, nines + 1 end
            end
          end
          print(fits, nines > 3)
          -- A penalty without bound: no token comes twice.
          local seen, once = {[1] = true}, true
          for _, id in ipairs(net:generate({1}, {max = 9, repetition_penalty = 1e9, logits = function(l) return l:softmax(2) end}):totable()) do
            once, seen[id] = once and not seen[id], true
          end
          print(once)
          """), "true\ntrue\ntrue\ttrue\ntrue\n")
  }

  /// Hooks see other models at the same place: what is added and taken away again changes nothing.
  func testOtherModelsInHooks() throws {
    XCTAssertEqual(
      try run(
        Self.lively + """
          local net = lively(lab.nn.Transformer{vocab = 10, width = 16, depth = 2, heads = 4, positions = "alibi"})
          local other = lively(lab.nn.Transformer{vocab = 10, width = 8, depth = 1, heads = 2, context = 30})
          local prompts = { {1, 5, 2}, {3} }
          local plain, guide = net:generate(prompts, {max = 8}), other:generate(prompts, {max = 8})
          print(plain:equal(guide))
          print(net:generate(prompts, {max = 8, logits = function(l, state) return l * 0 + state:logits(other) end}):equal(guide))
          -- Asked for at some steps only.
          print(net:generate(prompts, {max = 8, logits = function(l, state)
            return state.step % 3 == 0 and l * 0 + state:logits(net) or l
          end}):equal(plain))
          local guided = net:generate(prompts, {max = 8, logits = function(l, state) return state:logits(net, {prompt = {4, 4}}) end})
          print(guided[2]:equal(net:generate({4, 4}, {max = 8})))
          local beams = other:generate(prompts, {max = 6, beams = 4})
          print(net:generate(prompts, {max = 6, beams = 4, logits = function(l, state) return state:logits(other) end}):equal(beams))
          local steps = {}
          net:generate(prompts, {max = 3, logits = function(l, state)
            steps[#steps + 1] = state.step .. ":" .. #state.tokens[2] .. ":" .. #state.prompts[1]
            return l
          end})
          print(table.concat(steps, " "))
          """), "false\ntrue\ntrue\ntrue\ntrue\n1:0:3 2:1:3 3:2:3\n")
  }

  /// Beyond the context the window slides by half.
  func testSliding() throws {
    XCTAssertEqual(
      try run(
        Self.lively + """
          local net = lively(lab.nn.Transformer{vocab = 10, width = 16, depth = 1, heads = 4, context = 8, tied = false})
          local tokens = net:generate({1, 2, 3}, {max = 40, slide = true}):totable()
          local window, right = {1, 2, 3}, true
          for _, id in ipairs(tokens) do
            right = right and net(lab.tensor({window}, "int64"))[{1, -1}]:argmax():item() == id
            window[#window + 1] = id
            if #window > 8 then window = table.move(window, #window - 3, #window, 1, {}) end
          end
          print(#tokens, right)
          """), "40\ttrue\n")
  }
}
