import XCTest

/// Beam search against all continuations of a tiny vocabulary.
final class BeamSearchTests: XCTestCase {
  private static let brute =
    GenerationTests.lively + """
      local net = lively(lab.nn.Transformer{vocab = 4, width = 8, depth = 2, heads = 2, tied = false})
      local prompts = { {1}, {2, 3}, {4, 4, 1} }
      local max = 4
      -- The best of all continuations that end with `stop` or after `max` tokens.
      local function best(prompt, penalty, stop)
        local prompts, leaves = {}, {}
        local function visit(tokens)
          if #tokens == max or (#tokens > 0 and tokens[#tokens] == stop) then
            prompts[#prompts + 1], leaves[#leaves + 1] = prompt, table.move(tokens, 1, #tokens, 1, {})
            return
          end
          for id = 1, 4 do
            tokens[#tokens + 1] = id
            visit(tokens)
            tokens[#tokens] = nil
          end
        end
        visit({})
        local winner, top
        for i, sum in ipairs(net:log_probs(prompts, leaves):sum(2):totable()) do
          local score = sum / (#leaves[i]) ^ penalty
          if top == nil or score > top then winner, top = table.concat(leaves[i], " "), score end
        end
        return winner
      end

      """

  func testEqualsBruteForce() throws {
    XCTAssertEqual(
      try run(
        Self.brute + """
          local lengths, right = {}, 0
          for _, penalty in ipairs{0, 1, 3, -1} do
            lively(net)
            for _, prompt in ipairs(prompts) do
              local found = net:generate(prompt, {max = max, beams = 64, length_penalty = penalty, stop = 2}):totable()
              lengths[#found] = true
              if table.concat(found, " ") == best(prompt, penalty, 2) then right = right + 1 end
            end
          end
          print(right, lengths[1] and lengths[4])
          """), "12\ttrue\n")
  }

  func testBatchesStopsAndScores() throws {
    XCTAssertEqual(
      try run(
        Self.brute + """
          local all, scores = net:generate(prompts, {max = max, beams = 3, stop = {2, 3}, scores = true})
          local same = true
          for i, prompt in ipairs(prompts) do
            local one, score = net:generate(prompt, {max = max, beams = 3, stop = {2, 3}, scores = true})
            same = same and all[i]:narrow(1, 1, #one):equal(one) and all[i]:sum():item() == one:sum():item()
            same = same and (scores[i]:narrow(1, 1, #one) - score):abs():max():item() < 1e-5
            same = same and (net:log_probs({prompt}, {one})[1] - score):abs():max():item() < 1e-5
          end
          print(same)
          -- All beams never find less than one does.
          local function worth(options)
            local _, scores = net:generate(prompts, options)
            return scores:sum(2)
          end
          print((worth{max = 4, beams = 64, scores = true} - worth{max = 4, scores = true}):min():item() > -1e-5)
          """), "true\ntrue\n")
  }

  func testEncoderDecoder() throws {
    XCTAssertEqual(
      try run(
        Self.brute + """
          net = lively(lab.nn.Transformer{kind = "encoder_decoder", vocab = 4, width = 8, depth = 1, heads = 2, positions = "relative"})
          local right = 0
          for _, prompt in ipairs(prompts) do
            local found = net:generate(prompt, {max = max, beams = 64, stop = 3}):totable()
            if table.concat(found, " ") == best(prompt, 1, 3) then right = right + 1 end
          end
          print(right)
          """), "3\n")
  }
}
