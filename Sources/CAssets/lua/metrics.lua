-- Measuring models: lab.metrics.accuracy(net, data) and its like. All give plain numbers, in eval mode and without gradients.
local lab, core = ...
lab.metrics = {}
local metrics = lab.metrics

-- The outputs of a net for all rows, batch by batch.
local function outputs(net, data, size)
  local was_training = lab.nn.is_module(net) and net:is_training()
  if was_training then net:eval() end
  local parts, targets = {}, {}
  if #data == 0 then core.raise("metrics: there is nothing to measure: the data set has no rows") end
  local ok, problem = pcall(lab.no_grad, function()
    for _, batch in data:batches(math.max(1, math.min(size, #data)), { shuffle = false }) do
      parts[#parts + 1], targets[#targets + 1] = net(batch.x), batch.y
    end
  end)
  if was_training then net:train() end
  if not ok then error(problem, 0) end
  return lab.cat(parts, 1), lab.cat(targets, 1)
end

-- A net and data, or scores and labels: the scores (or predicted ids) and the labels.
local function pair(first, second, options, name)
  if lab.nn.is_module(first) or type(first) == "function" then
    if core.data_kind(second) ~= "dataset" then
      core.raise(string.format("%s: argument 2 (data) must be a Dataset, but is %s", name, core.describe(second)))
    end
    core.whole(options.batch, 1, name .. ": option 'batch'")
    return outputs(first, second, options.batch)
  end
  if not lab.is_tensor(first) then
    core.raise(string.format("%s: argument 1 must be a net or a Tensor of predictions, but is %s", name, core.describe(first)))
  end
  if core.data_kind(second) == "dataset" then second = second.y end
  if not lab.is_tensor(second) then
    core.raise(string.format("%s: argument 2 must be a Dataset or a Tensor of labels, but is %s", name, core.describe(second)))
  end
  return first:detach(), second
end

local function misfit(predictions, labels, name)
  core.raise(string.format("%s: predictions of shape %s do not fit labels of shape %s: wanted ids of that shape, or scores with a "
    .. "last dimension of classes more", name, core.shape_text(predictions), core.shape_text(labels)))
end

local function same_shape(a, b) return core.shape_text(a) == core.shape_text(b) end

-- Predicted class ids from ids or scores.
local function ids(predictions, labels, name)
  if predictions.dtype ~= "int64" then
    if predictions:dim() ~= labels:dim() + 1 then misfit(predictions, labels, name) end
    predictions = predictions:argmax(-1)
  end
  if not same_shape(predictions, labels) then misfit(predictions, labels, name) end
  return predictions
end

-- Scores {rows, classes} and labels {rows} of the positions that count.
local function rows(scores, labels, options, name)
  if scores:dim() ~= labels:dim() + 1 or scores.dtype == "int64" then misfit(scores, labels, name) end
  local flat = scores:reshape{ -1, scores:size(-1) }
  labels = labels:reshape{ -1 }
  if #flat ~= #labels then misfit(scores, labels, name) end
  if options.ignore == nil then return flat, labels end
  local counted = labels:ne(options.ignore):nonzero():reshape{ -1 }
  return flat:index_select(1, counted), labels:index_select(1, counted)
end

local function need_some(labels, name)
  if labels:numel() == 0 then core.raise(name .. ": there is nothing to measure: no labels count") end
end

--- lab.metrics.accuracy(net, data): the share of right predictions.
function metrics.accuracy(first, second, options)
  options = core.options(options, { batch = 256, ignore = core.none }, "accuracy")
  local predictions, labels = pair(first, second, options, "accuracy")
  local right = ids(predictions, labels, "accuracy"):eq(labels):to("float64")
  if options.ignore == nil then
    need_some(labels, "accuracy")
    return right:mean():item()
  end
  local counted = labels:ne(options.ignore):to("float64")
  local total = counted:sum():item()
  if total == 0 then core.raise("accuracy: there is nothing to measure: no labels count") end
  return (right * counted):sum():item() / total
end

--- lab.metrics.loss(net, data): the mean loss over all rows.
function metrics.loss(first, second, options)
  options = core.options(options, { batch = 256, ignore = core.none, loss = core.none }, "loss")
  local scores, labels = pair(first, second, options, "loss")
  if options.loss then
    local value = lab.no_grad(function() return options.loss(scores, labels) end)
    return lab.is_tensor(value) and value:item() or value
  end
  if labels.dtype ~= "int64" then return lab.nn.mse_loss(scores, labels):item() end
  scores, labels = rows(scores, labels, options, "loss")
  need_some(labels, "loss")
  return lab.nn.cross_entropy(scores:to("float64"), labels):item()
end

--- lab.metrics.perplexity(net, data): e to the mean cross entropy.
function metrics.perplexity(first, second, options)
  options = core.options(options, { batch = 256, ignore = core.none }, "perplexity")
  local scores, labels = pair(first, second, options, "perplexity")
  if labels.dtype ~= "int64" then core.raise("perplexity: labels must be class ids, int64, but are " .. labels.dtype) end
  return math.exp(metrics.loss(scores, labels, { ignore = options.ignore }))
end

local function counts(first, second, options, name)
  local predictions, labels = pair(first, second, options, name)
  local classes = options.classes
  if classes == nil and predictions.dtype ~= "int64" then classes = predictions:size(-1) end
  predictions = ids(predictions, labels, name)
  need_some(labels, name)
  classes = classes or math.max(predictions:max():item(), labels:max():item())
  classes = math.tointeger(classes)
  for _, part in ipairs{ predictions, labels } do
    local least, most = math.tointeger(part:min():item()), math.tointeger(part:max():item())
    if least < 1 or most > classes then
      core.raise(string.format("%s: class id %d is out of range 1 to %d", name, least < 1 and least or most, classes))
    end
  end
  local cells = ((labels - 1) * classes + predictions):reshape{ -1 }
  return lab.zeros({ classes * classes }, "int64"):scatter_add(1, cells, lab.ones(cells.shape, "int64")):reshape{ classes, classes }
end

--- lab.metrics.confusion(net, data): how often each class (row) was taken for each (column).
function metrics.confusion(first, second, options)
  options = core.options(options, { batch = 256, classes = core.none }, "confusion")
  return counts(first, second, options, "confusion")
end

--- lab.metrics.f1(net, data): the harmonic mean of precision and recall.
function metrics.f1(first, second, options)
  options = core.options(options, { batch = 256, classes = core.none, average = "macro", positive = core.none }, "f1")
  local known = { macro = true, micro = true, weighted = true, none = true }
  if not known[options.average] then
    core.raise(string.format("f1: option 'average' must be \"macro\", \"micro\", \"weighted\" or \"none\", but is \"%s\"", options.average))
  end
  local table_ = counts(first, second, options, "f1"):totable()
  local each, weighted, present, right, all = {}, 0, 0, 0, 0
  local sum = 0
  for c = 1, #table_ do
    local truth, said = 0, 0
    for k = 1, #table_ do truth, said = truth + table_[c][k], said + table_[k][c] end
    each[c] = truth + said > 0 and 2 * table_[c][c] / (truth + said) or 0
    if truth + said > 0 then sum, present = sum + each[c], present + 1 end
    weighted, right, all = weighted + truth * each[c], right + table_[c][c], all + truth
  end
  if options.positive ~= nil then
    local class = core.whole(options.positive, 1, "f1: option 'positive'")
    if class > #each then core.raise(string.format("f1: option 'positive' is %d, but there are %d classes", class, #each)) end
    return each[class]
  end
  if options.average == "none" then return each end
  if options.average == "micro" then return right / all end
  return options.average == "macro" and sum / present or weighted / all
end

--- lab.metrics.auc(scores, labels): the probability that a positive scores higher than a negative.
function metrics.auc(first, second, options)
  options = core.options(options, { batch = 256, positive = 2 }, "auc")
  local scores, labels = pair(first, second, options, "auc")
  if scores:dim() == 2 and scores:size(2) == 2 then scores = scores:select(2, 2) - scores:select(2, 1) end
  if scores:dim() == 2 and scores:size(2) == 1 then scores = scores:squeeze(2) end
  if scores:dim() ~= 1 or not same_shape(scores, labels) then
    core.raise(string.format("auc: scores of shape %s do not fit labels of shape %s: wanted one score for each label, or two",
      core.shape_text(scores), core.shape_text(labels)))
  end
  local is_positive = labels.dtype == "bool" and labels or labels:eq(options.positive)
  local values, truth = scores:to("float64"):totable(), is_positive:totable()
  local order, positives = {}, 0
  for i = 1, #values do
    order[i] = i
    if values[i] ~= values[i] then core.raise(string.format("auc: score %d is nan", i)) end
    if truth[i] == true then positives = positives + 1 end
  end
  local negatives = #values - positives
  if positives == 0 or negatives == 0 then
    core.raise(string.format("auc: needs positives and negatives, found %d and %d", positives, negatives))
  end
  table.sort(order, function(a, b) return values[a] < values[b] end)
  local ranks, i = 0, 1
  while i <= #order do
    local last = i
    while last < #order and values[order[last + 1]] == values[order[i]] do last = last + 1 end
    for k = i, last do
      if truth[order[k]] == true then ranks = ranks + (i + last) / 2 end        -- equal scores share their ranks
    end
    i = last + 1
  end
  return (ranks - positives * (positives + 1) / 2) / (positives * negatives)
end

-- Probabilities {rows, classes} and labels.
local function probabilities(first, second, options, name)
  local scores, labels = pair(first, second, options, name)
  scores, labels = rows(scores, labels, options, name)
  need_some(labels, name)
  scores = scores:to("float64")
  return options.probabilities and scores or scores:softmax(-1), labels
end

--- lab.metrics.calibration_error(net, data, {bins}): how far confidence is from accuracy.
function metrics.calibration_error(first, second, options)
  options = core.options(options, { batch = 256, bins = 15, ignore = core.none, probabilities = false }, "calibration_error")
  local bins = core.whole(options.bins, 1, "calibration_error: option 'bins'")
  local p, labels = probabilities(first, second, options, "calibration_error")
  local confidence, right = p:max(2):totable(), p:argmax(2):eq(labels):totable()
  local sums = {}
  for b = 1, bins do sums[b] = 0 end
  for i, value in ipairs(confidence) do
    local bin = math.min(bins, math.max(1, math.ceil(value * bins)))           -- (0, 1/bins], ...
    sums[bin] = sums[bin] + (right[i] == true and 1 or 0) - value
  end
  local total = 0
  for b = 1, bins do total = total + math.abs(sums[b]) end
  return total / #confidence
end

--- lab.metrics.brier(net, data): the mean squared distance of probabilities from the truth.
function metrics.brier(first, second, options)
  options = core.options(options, { batch = 256, ignore = core.none, probabilities = false }, "brier")
  local p, labels = probabilities(first, second, options, "brier")
  local own = p:gather(2, labels:unsqueeze(2)):squeeze(2)
  return (p:square():sum(2) - own * 2 + 1):mean():item()
end

local scores = "local scores, y = lab.tensor{{2, 0}, {0, 1}, {3, 0}}, lab.tensor({1, 2, 2}, \"int64\")\n"
local common = "The first two arguments are a net (or a function) and a Dataset with columns x and y, or scores {..., classes} (or predicted ids) and labels {...}."
local function document(name, options, summary, details, extra)
  details[#details + 1] = "{batch}: rows that the net gets at once"
  core.document{
    name = "lab.metrics." .. name, signature = string.format("lab.metrics.%s(net, data, {%s})", name, options),
    chapter = "Metrics", summary = summary, details = details, notes = common .. (extra.notes and " " .. extra.notes or ""),
    formula = extra.formula, source = extra.source, example = scores .. "print(lab.metrics." .. name .. "(scores, y))",
  }
end
local ignore = "{ignore}: labels with this id do not count"
document("accuracy", "batch = 256, ignore", "The share of right predictions.", { ignore }, {})
document("loss", "batch = 256, ignore, loss", "The mean cross entropy, or the mean squared error where y holds numbers.",
  { ignore, "{loss}: a function of all outputs and targets in its place" }, {})
document("perplexity", "batch = 256, ignore", "e to the mean cross entropy.", { ignore }, {})
document("confusion", "batch = 256, classes", "How often each class (row) was taken for each class (column), as int64 {classes, classes}.",
  { "{classes}: how many there are; found from scores or ids when left out" }, {})
document("f1", "batch = 256, classes, average = \"macro\", positive", "The harmonic mean of precision and recall.",
  { "{average}: \"macro\" over classes that occur, \"weighted\" by how often, \"micro\", or \"none\" for a list",
    "{positive}: the F1 of this class alone" }, { formula = "2 right / (2 right + missed + false alarms)" })
document("auc", "batch = 256, positive = 2", "The area under the ROC curve: how often a positive scores higher than a negative; ties count half.",
  { "{positive}: the class id of positives, where labels are not bool" }, {
    source = "Hanley and McNeil 1982, The Meaning and Use of the Area under a ROC Curve",
    notes = "Scores are one for each row, or two, of which the difference counts.",
  })
document("calibration_error", "batch = 256, bins = 15, ignore, probabilities = false", "The expected calibration error.",
  { "{bins}: of confidence, equally wide", ignore, "{probabilities}: scores are probabilities, not logits" }, {
    formula = "sum_b n_b / n |accuracy_b - confidence_b|", source = "Guo et al. 2017, On Calibration of Modern Neural Networks",
  })
document("brier", "batch = 256, ignore, probabilities = false", "The mean squared distance of the probabilities of all classes from the truth.",
  { ignore, "{probabilities}: scores are probabilities, not logits" }, {
    formula = "mean sum_c (p_c - [c = y])^2", source = "Brier 1950, Verification of Forecasts Expressed in Terms of Probability",
  })
