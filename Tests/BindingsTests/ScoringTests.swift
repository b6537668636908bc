import XCTest

/// Log-probabilities of given tokens against softmax by hand.
final class ScoringTests: XCTestCase {
  /// `by_hand(net, given, predict)`: a list of the log-probabilities of each token of one sequence.
  private static let byHand =
    GenerationTests.lively + """
      local function by_hand(net, given, predict)
        local whole, list = table.move(given, 1, #given, 1, {}), {}
        for k, id in ipairs(predict) do
          local logits = net(lab.tensor({whole}, "int64"))[{1, -1}]:to("float64"):totable()
          local sum = 0
          for _, logit in ipairs(logits) do sum = sum + math.exp(logit) end
          list[k] = logits[id] - math.log(sum)
          whole[#whole + 1] = id
        end
        return list
      end
      local function total(list)
        local sum = 0
        for _, value in ipairs(list) do sum = sum + value end
        return sum
      end
      local function close(a, b) return math.abs(a - b) < 1e-4 end
      local function ids(list) return lab.tensor(list, "int64") end
      local net = lively(lab.nn.Transformer{vocab = 9, width = 8, depth = 2, heads = 2, context = 12})

      """

  func testLogProbabilities() throws {
    XCTAssertEqual(
      try run(
        Self.byHand + """
          local y = net:log_probs(ids{{1, 5, 2, 7}, {3, 8, 0, 0}})
          local first, second = by_hand(net, {1}, {5, 2, 7}), by_hand(net, {3}, {8})
          print(y.shape, close(y[{1, 2}]:item(), first[2]), close(y[1]:sum():item(), total(first)))
          print(close(y[{2, 1}]:item(), second[1]), y[{2, 3}]:item() == 0)
          first, second = by_hand(net, {1, 5}, {2, 7}), by_hand(net, {3}, {8, 8, 1})
          for _, given in ipairs{ {{ {1, 5}, {3} }, { {2, 7}, {8, 8, 1} }}, {ids{{0, 1, 5}, {3, 0, 0}}, ids{{2, 7, 0}, {8, 8, 1}}} } do
            local z = net:log_probs(given[1], given[2])
            print(z.shape, close(z[1]:sum():item(), total(first)), close(z[2]:sum():item(), total(second)), z[{1, 3}]:item() == 0)
          end
          local even = net:log_probs(ids{{1, 5}, {3, 4}}, ids{{2, 0}, {8, 1}})
          print(close(even[{1, 1}]:item(), by_hand(net, {1, 5}, {2})[1]), close(even[2]:sum():item(), total(by_hand(net, {3, 4}, {8, 1}))), even[{1, 2}]:item() == 0)
          """),
      """
      {2, 3}\ttrue\ttrue
      true\ttrue
      {2, 3}\ttrue\ttrue\ttrue
      {2, 3}\ttrue\ttrue\ttrue
      true\ttrue\ttrue

      """)
  }

  func testLosses() throws {
    XCTAssertEqual(
      try run(
        Self.byHand + """
          local wanted = -(total(by_hand(net, {1, 5}, {2, 7})) + total(by_hand(net, {3}, {8}))) / 3
          print(close(net:loss{given = { {1, 5}, {3} }, predict = { {2, 7}, {8} }}:item(), wanted))
          print(close(net:loss{given = ids{{1, 5}, {3, 0}}, predict = ids{{2, 7}, {8, 0}}, reduce = "sum"}:item(), 3 * wanted))
          print(net:loss{given = { {1, 5}, {3} }, predict = { {2, 7}, {8} }, reduce = "none"}.shape)
          wanted = -(total(by_hand(net, {1}, {5, 2, 7})) + total(by_hand(net, {3}, {8}))) / 4
          print(close(net:loss(ids{{1, 5, 2, 7}, {3, 8, 0, 0}}):item(), wanted))
          -- Both ways to give the same sequences have the same gradients.
          local parameters = net:parameters()
          local a = lab.grad(net:loss{given = { {1, 5}, {3, 3} }, predict = { {2, 7}, {8, 1} }}, parameters)
          local b = lab.grad(net:loss{given = ids{{1, 5}, {3, 3}}, predict = ids{{2, 7}, {8, 1}}}, parameters)
          local worst = 0
          for i = 1, #a do worst = math.max(worst, (a[i] - b[i]):abs():max():item()) end
          print(worst < 1e-4)
          """), "true\ntrue\n{2, 2}\ntrue\ntrue\n")
  }

  func testMultipleChoice() throws {
    XCTAssertEqual(
      try run(
        Self.byHand + """
          local prompts = { {1, 5}, {3} }
          local choices = { { {2, 7}, {8}, {1, 1, 1} }, { {4}, {9, 9}, {2} } }
          for _, options in ipairs{ {}, {normalize = "length", batch = 2} } do
            local y, right = net:score(prompts, choices, options), true
            for i = 1, 2 do
              for k, choice in ipairs(choices[i]) do
                local wanted = total(by_hand(net, prompts[i], choice)) / (options.normalize and #choice or 1)
                right = right and close(y[{i, k}]:item(), wanted)
              end
            end
            print(y.shape, right, y.requires_grad)
          end
          local padded = ids{ {{2, 7, 0}, {8, 0, 0}, {1, 1, 1}}, {{4, 0, 0}, {9, 9, 0}, {2, 0, 0}} }
          print((net:score(ids{{1, 5}, {0, 3}}, padded) - net:score(prompts, choices)):abs():max():item() < 1e-5)
          print((net:score({3}, choices[2]) - net:score(prompts, choices)[2]):abs():max():item() < 1e-5)
          """), "{2, 3}\ttrue\tfalse\n{2, 3}\ttrue\tfalse\ntrue\ntrue\n")
  }

  func testOtherKinds() throws {
    XCTAssertEqual(
      try run(
        Self.byHand + """
          local both = lively(lab.nn.Transformer{kind = "encoder_decoder", vocab = 9, width = 8, depth = 1, heads = 2, start = 9})
          local z = both:log_probs({ {1, 5, 2}, {3} }, { {2, 7}, {8} })
          local logits = both(ids{{3}}, ids{{9}}):log_softmax(3)
          print(z.shape, close(z[{2, 1}]:item(), logits[{1, 1, 8}]:item()), z[{2, 2}]:item() == 0)
          local masked = lively(lab.nn.Transformer{kind = "encoder", vocab = 9, width = 8, depth = 1, heads = 2, masked_lm = true})
          local y = masked:log_probs(ids{{1, 5, 2}, {3, 4, 0}}, ids{{0, 6, 0}, {7, 0, 0}})
          local alone = masked(ids{{3, 4}}):log_softmax(3)
          print(close(y[{2, 1}]:item(), alone[{1, 1, 7}]:item()), y[{1, 1}]:item() == 0, y[{1, 2}]:item() < 0)
          """), "{2, 2}\ttrue\ttrue\ntrue\ttrue\ttrue\n")
  }
}
