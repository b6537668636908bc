-- Probes: what can be read from activations by a linear model.
local lab, core = ...
lab.probe = {}

-- Columns to mean 0 and deviation 1; constant ones to 0.
local function scaling(x)
  local mean = x:mean(1)
  local deviation = (x - mean):square():mean(1):sqrt()
  return mean, deviation:eq(0):where(lab.ones_like(deviation), deviation)
end

-- Logistic regression by full-batch Adam, or ridge regression in closed form.
local function fit(x, y, classes, options)
  local mean, deviation = scaling(x)
  local z = (x - mean) / deviation
  local n, d = z:size(1), z:size(2)
  local weight, bias
  if classes then
    weight = lab.zeros({ classes, d }, "float64"):requires_grad_()
    bias = lab.zeros({ classes }, "float64"):requires_grad_()
    local opt = lab.optim.Adam({ weight, bias }, { lr = options.lr })
    for step = 1, options.steps do
      opt.lr = options.lr * (1 - (step - 1) / options.steps)
      opt:minimize(lab.nn.cross_entropy(lab.nn.linear(z, weight, bias), y) + weight:square():sum() * (options.l2 / 2))
    end
    weight, bias = weight:detach(), bias:detach()
  else
    local shift = y:mean(1)
    local gram = z:transpose(1, 2):matmul(z) + lab.eye(d, d, "float64") * (options.l2 * n)
    weight = gram:solve(z:transpose(1, 2):matmul(y - shift)):transpose(1, 2)
    bias = shift
  end
  return function(inputs) return lab.nn.linear((inputs:to("float64") - mean) / deviation, weight, bias) end, weight, bias
end

-- Accuracy, or the share of variance that is explained.
local function score(predict, x, y, classes)
  local found = predict(x)
  if classes then return found:argmax(2):eq(y):to("float64"):mean():item() end
  local rest, all = (found - y):square():sum():item(), (y - y:mean(1)):square():sum():item()
  return all == 0 and 0 or 1 - rest / all
end

--- lab.probe.linear(activations, labels, {folds, l2, rng}): how well labels can be read by a linear model.
function lab.probe.linear(activations, labels, options)
  options = core.options(options, { folds = core.none, l2 = 1e-3, steps = 200, lr = 0.1, rng = core.none }, "probe.linear")
  for i, argument in ipairs{ { activations, "activations" }, { labels, "labels" } } do
    if not lab.is_tensor(argument[1]) then
      core.raise(string.format("probe.linear: argument %d (%s) must be a Tensor, but is %s", i, argument[2], core.describe(argument[1])))
    end
  end
  if activations:dim() ~= 2 or labels:dim() == 0 or #labels ~= #activations then
    core.raise(string.format("probe.linear: activations of shape %s do not fit labels of shape %s: wanted {rows, width} and {rows}",
      core.shape_text(activations), core.shape_text(labels)))
  end
  if options.l2 < 0 then core.raise("probe.linear: option 'l2' must be a number from 0, but is " .. core.describe(options.l2)) end
  core.whole(options.steps, 1, "probe.linear: option 'steps'")
  local x, n = activations:detach():to("float64"), #labels
  if n < 2 then core.raise("probe.linear: needs at least 2 rows, found " .. n) end
  local classes, y = nil, labels:detach()
  if y.dtype == "bool" then y = y:to("int64") + 1 end
  if y.dtype == "int64" then
    if y:dim() ~= 1 then core.raise("probe.linear: class labels must have one dimension, found shape " .. core.shape_text(y)) end
    if y:min():item() < 1 then core.raise("probe.linear: class ids count from 1, found " .. math.tointeger(y:min():item())) end
    classes = math.tointeger(y:max():item())
  else
    y = y:to("float64"):reshape{ n, -1 }
  end
  local result = {}
  if options.folds ~= nil then
    local folds = core.whole(options.folds, 2, "probe.linear: option 'folds'")
    if folds > n then core.raise(string.format("probe.linear: option 'folds' is %d, but there are %d rows", folds, n)) end
    local order = lab.randperm(n, { rng = options.rng or lab.rng(0, "probe") })
    result.folds, result.score = {}, 0
    for k = 1, folds do
      local first, last = (k - 1) * n // folds + 1, k * n // folds
      local held = order[{ { first, last } }]
      local parts = {}
      if first > 1 then parts[#parts + 1] = order[{ { 1, first - 1 } }] end
      if last < n then parts[#parts + 1] = order[{ { last + 1, n } }] end
      local seen = lab.cat(parts, 1)
      local predict = fit(x:index_select(1, seen), y:index_select(1, seen), classes, options)
      result.folds[k] = score(predict, x:index_select(1, held), y:index_select(1, held), classes)
      result.score = result.score + result.folds[k] / folds
    end
  end
  result.predict, result.weight, result.bias = fit(x, y, classes, options)
  result.train_score = score(result.predict, x, y, classes)
  if result.score == nil then result.score = result.train_score end
  return result
end

core.document{
  name = "lab.probe.linear", signature = "lab.probe.linear(activations, labels, {folds, l2 = 1e-3, steps = 200, lr = 0.1, rng})",
  chapter = "Metrics",
  summary = "How well labels can be read from activations {rows, width} by a linear model: logistic regression for class ids or bool, ridge regression for numbers.",
  details = {
    "{folds}: cross-validation: score is the mean over rows that were held out", "{l2}: the penalty of squared weights",
    "{steps}, {lr}: of the logistic regression", "{rng}: the source of the folds",
  },
  notes = "Gives {score, folds, train_score, predict, weight, bias}: accuracies, or shares of explained variance (R^2); score is that of the training rows where no folds are asked for. predict(x) gives scores. Columns are standardised first, in float64.",
  source = "Alain and Bengio 2017, Understanding Intermediate Layers Using Linear Classifier Probes",
  example = "local iris = lab.data.iris()\nlocal probe = lab.probe.linear(iris.x, iris.y, {folds = 5})\nprint(string.format(\"%.2f\", probe.score))",
}
