import XCTest

/// lab.train, lab.metrics and lab.probe, against the same by hand.
final class TrainingTests: XCTestCase {
  private func truths(_ lua: String, _ count: Int, line: UInt = #line) throws {
    let printed = try run(lua).split(separator: "\n").map(String.init)
    XCTAssertEqual(printed, Array(repeating: "true", count: count), line: line)
  }

  func testTrainIsTheLoopByHand() throws {
    try truths(
      """
      local iris = lab.data.iris()
      local a = lab.nn.Linear(4, 3)
      local b = a:clone():eval()
      local opt = lab.optim.AdamW(a, { lr = 0.05 })
      local rate, losses = lab.schedule.cosine{ lr = 0.05, steps = 20, warmup = 3 }, {}
      for step, batch in iris:batches(32, { steps = 20, rng = lab.rng(4) }) do
        opt.lr = rate(step)
        losses[step] = opt:minimize(lab.nn.cross_entropy(a(batch.x), batch.y), { clip = 1 })
      end
      local seen = 0
      local done = lab.train(b, iris, {
        steps = 20, lr = 0.05, schedule = "cosine", warmup = 3, clip = 1, rng = lab.rng(4), on_step = function(step) seen = step end,
      })
      print((a:weights() - b:weights()):norm() == 0)
      local same = done.steps == 20 and done.last == losses[20]
      for i = 1, 20 do same = same and done.losses[i] == losses[i] end
      print(same and seen == 20)
      print(not b:is_training())
      """, 3)
  }

  func testTrainTakesOrderingsLossesAndStops() throws {
    try truths(
      """
      local data = lab.data.from{ x = lab.randn{20, 3}, y = lab.randn{20, 1} }
      local net = lab.nn.Linear(3, 1)
      print(lab.train(net, data, { epochs = 2, batch = 8 }).steps == 6)
      print(lab.train(net, data, { presentations = 16, batch = 8, order = "sequential" }).steps == 2)
      print(lab.train(net, data:order("sequential"), { steps = 3, batch = 4 }).steps == 3)
      print(lab.train(net, data, { steps = 9, batch = 4, on_step = function(step) return step < 5 end }).steps == 5)
      local done = lab.train(net, data, { steps = 2, batch = 4, loss = function(n, b) return n(b.x):sum() * 0 + 3 end })
      print(done.average == 3 and done.last == 3)
      """, 5)
  }

  func testMetricsAgainstNumbersByHand() throws {
    try truths(
      """
      local function near(a, b) return math.abs(a - b) < 1e-12 end
      local said, y = lab.tensor({1, 1, 2, 3, 3, 3}, "int64"), lab.tensor({1, 2, 2, 3, 3, 1}, "int64")
      print(near(lab.metrics.accuracy(said, y), 4 / 6))
      print(near(lab.metrics.accuracy(said, y, { ignore = 1 }), 3 / 4))
      print(lab.metrics.confusion(said, y):equal(lab.tensor({{1, 0, 1}, {1, 1, 0}, {0, 0, 2}}, "int64")))
      local each = lab.metrics.f1(said, y, { average = "none" })
      print(near(each[1], 2 / 4) and near(each[2], 2 / 3) and near(each[3], 4 / 5))
      print(near(lab.metrics.f1(said, y), (2 / 4 + 2 / 3 + 4 / 5) / 3) and near(lab.metrics.f1(said, y, { average = "micro" }), 4 / 6))
      print(near(lab.metrics.f1(said, y, { average = "weighted" }), (2 * 2 / 4 + 2 * 2 / 3 + 2 * 4 / 5) / 6))
      print(near(lab.metrics.f1(said, y, { positive = 3 }), 4 / 5))
      -- Pairs of a positive and a negative: 0.8 > 0.4, 0.8 > 0.5, 0.4 = 0.4, 0.4 < 0.5.
      local scores = lab.tensor({0.8, 0.4, 0.4, 0.5}, "float64")
      print(near(lab.metrics.auc(scores, lab.tensor{true, true, false, false}), 2.5 / 4))
      print(near(lab.metrics.auc(scores, lab.tensor({2, 2, 1, 1}, "int64")), 2.5 / 4))
      -- Confidences 0.9 (right), 0.8 (wrong), 0.6 (right) in bins of a tenth.
      local p = lab.tensor({{0.9, 0.1}, {0.2, 0.8}, {0.6, 0.4}}, "float64")
      local t = lab.tensor({1, 1, 1}, "int64")
      print(near(lab.metrics.calibration_error(p, t, { bins = 10, probabilities = true }), (0.1 + 0.8 + 0.4) / 3))
      print(near(lab.metrics.brier(p, t, { probabilities = true }), 2 * (0.01 + 0.64 + 0.16) / 3))
      local logits = p:log() + 3
      print(near(lab.metrics.loss(logits, t), -(math.log(0.9) + math.log(0.2) + math.log(0.6)) / 3))
      print(math.abs(lab.metrics.perplexity(logits, t) - (0.9 * 0.2 * 0.6) ^ (-1 / 3)) < 1e-9)
      print(near(lab.metrics.brier(logits, t), 2 * (0.01 + 0.64 + 0.16) / 3))
      """, 14)
  }

  func testMetricsRunNetsInEvalModeBatchByBatch() throws {
    try truths(
      """
      local iris = lab.data.iris()
      local net = lab.nn.Sequential{ lab.nn.Dropout(0.5), lab.nn.Linear(4, 3) }
      local a = lab.metrics.accuracy(net, iris, { batch = 7 })
      print(a == lab.metrics.accuracy(net, iris) and net:is_training())
      net:eval()
      print(a == net(iris.x):argmax(2):eq(iris.y):to("float64"):mean():item())
      print(math.abs(lab.metrics.loss(net, iris) - lab.nn.cross_entropy(net(iris.x), iris.y):item()) < 1e-5)
      local data = lab.data.from{ x = lab.ones{10, 2}, y = lab.zeros{10, 1} }
      print(lab.metrics.loss(lab.nn.Linear(2, 1), data) > 0)
      """, 4)
  }

  func testProbes() throws {
    try truths(
      """
      local x = lab.randn({60, 4}, { rng = lab.rng(1) })
      local easy, none = (x:select(2, 1):gt(0)):to("int64") + 1, lab.randint({60}, 1, 2, { rng = lab.rng(2) })
      local found = lab.probe.linear(x, easy, { folds = 5 })
      print(found.score > 0.85 and #found.folds == 5 and found.predict(x).shape[2] == 2)
      print(lab.probe.linear(x, none, { folds = 5 }).score < 0.75)
      print(lab.probe.linear(x, easy, { folds = 5 }).score == found.score)
      local target = x:matmul(lab.tensor{{1}, {-2}, {0}, {0.5}}) + 3
      local line = lab.probe.linear(x, target, { folds = 3, l2 = 1e-9 })
      print(line.score > 1 - 1e-9 and (line.predict(x) - target:to("float64")):abs():max():item() < 1e-5)
      """, 4)
  }

  func testMaskedTokens() throws {
    try truths(
      """
      local ids = lab.randint({40, 50}, 1, 20, { rng = lab.rng(1) })
      local inputs, targets = lab.data.mask_tokens(ids, { mask = 21, vocab = 20, special = { 7 }, rng = lab.rng(2) })
      local chosen = targets:ne(0)
      print(math.abs(chosen:to("float32"):mean():item() - 0.15 * 19 / 20) < 0.03)
      print(chosen:where(targets, ids):equal(ids) and chosen:logical_not():where(inputs, ids):equal(ids))
      print(targets:eq(7):to("int64"):sum():item() == 0)
      local masked = inputs:eq(21):to("float32"):sum():item() / chosen:to("float32"):sum():item()
      print(math.abs(masked - 0.8) < 0.06)
      """, 4)
  }

  func testHiddenDistillation() throws {
    try truths(
      """
      local s, t = lab.randn{3, 4}, lab.randn{3, 4}:requires_grad_()
      print(lab.nn.hidden_distillation(s, t):item() == lab.nn.mse_loss(s, t):item())
      print(lab.nn.hidden_distillation(s, t, { measure = "cosine" }):item() == lab.nn.cosine_loss(s, t):item())
      local bridge = lab.nn.Linear(2, 4)
      lab.nn.hidden_distillation(lab.ones{3, 2}, t, { projection = bridge }):backward()
      print(t.grad == nil and bridge.weight.grad:norm():item() > 0)
      """, 3)
  }

  private func check(_ statement: String, _ expected: String, line: UInt = #line) {
    XCTAssertEqual(
      message("local net, iris = lab.nn.Linear(4, 3), lab.data.iris()\n" + statement), "script.lua:2: " + expected,
      line: line)
  }

  func testErrors() {
    check("lab.train(net, 3)", "train: argument 2 (data) must be a Dataset or an Ordering, but is 3")
    check("lab.train(iris, net)", "train: argument 1 (net) must be a module, but is a Dataset")
    check("lab.train(net, iris, { step = 3 })", "train: unknown option 'step'; did you mean 'steps'?")
    check(
      "lab.train(net, iris, { optimizer = 'AdmW' })", "train: unknown optimizer 'AdmW'; did you mean 'AdamW'?")
    check(
      "lab.train(net, iris, { schedule = 'cosin' })", "train: unknown schedule 'cosin'; did you mean 'cosine'?")
    check(
      "net:freeze() lab.train(net, iris)", "train: there is nothing to train: all parameters of the net are frozen")
    check(
      "lab.train(net, iris, { steps = 1, epochs = 1 })",
      "batches: takes one of 'steps', 'epochs' and 'presentations', found 2")
    check(
      "lab.metrics.accuracy(lab.ones{3, 2}, lab.tensor({1, 2}, 'int64'))",
      "accuracy: predictions of shape {3} do not fit labels of shape {2}: wanted ids of that shape, or scores with a last dimension of classes more"
    )
    check("lab.metrics.accuracy(net, 3)", "accuracy: argument 2 (data) must be a Dataset, but is 3")
    check("lab.metrics.acuracy(net, iris)", "lab.metrics has no 'acuracy'; did you mean 'accuracy'?")
    check(
      "lab.metrics.auc(lab.ones{2}, lab.tensor{true, true})", "auc: needs positives and negatives, found 2 and 0")
    check(
      "lab.metrics.confusion(lab.tensor({3}, 'int64'), lab.tensor({1}, 'int64'), { classes = 2 })",
      "confusion: class id 3 is out of range 1 to 2")
    check(
      "lab.probe.linear(iris.x, iris.y, { folds = 1 })",
      "probe.linear: option 'folds' must be a whole number from 2, but is 1")
    check(
      "lab.probe.linear(lab.ones{2, 3, 4}, lab.ones{2})",
      "probe.linear: activations of shape {2, 3, 4} do not fit labels of shape {2}: wanted {rows, width} and {rows}")
    check(
      "lab.nn.hidden_distillation(lab.ones{2, 3}, lab.ones{2, 4})",
      "hidden_distillation: the student's states have shape {2, 3}, the teacher's {2, 4}; give {projection = lab.nn.Linear(...)} where widths differ"
    )
    check("lab.data.mask_tokens(iris.x, {})", "mask_tokens: argument 1 (ids) must be an int64 Tensor, but is float32")
    check("lab.data.mask_tokens(iris.y, { vocab = 3 })", "mask_tokens: option 'mask' is missing")
  }
}
