-- Merging weights: what is built from weights' own arithmetic. The methods with rows are in Swift, Learn/Merging.
local lab, core = ...
local merge = lab.merge

local is_weights = core.is_weights

local function require_weights(value, position, what, name)
  if not is_weights(value) then
    core.raise(string.format("%s: argument %d (%s) must be Weights, but is %s", name, position, what, core.describe(value)))
  end
  return value
end

local function require_list(list, least, name)
  if type(list) ~= "table" or #list < least then
    core.raise(string.format("%s: argument 1 must be a table of at least %d weights, but is %s", name, least,
      type(list) == "table" and "one of " .. #list or core.describe(list)))
  end
  for i, weights in ipairs(list) do
    if not is_weights(weights) then
      core.raise(string.format("%s: entry %d must be Weights, but is %s", name, i, core.describe(weights)))
    end
  end
  return list
end

local function number(value, name, option)
  if type(value) ~= "number" then
    core.raise(string.format("%s: %s must be a number, but is %s", name, option, core.describe(value)))
  end
  return value
end

--- lab.merge.interpolate({a, b}, {t, layers}): between two models on the straight line, layer by layer where asked.
function merge.interpolate(list, options)
  options = core.options(options, { t = 0.5, layers = {} }, "interpolate")
  require_list(list, 2, "interpolate")
  if #list > 2 then core.raise("interpolate: takes two weights, found " .. #list) end
  local a, b = list[1], list[2]
  local difference, found = b - a, {}
  for pattern, t in pairs(options.layers) do
    number(t, "interpolate", "the number of layers '" .. tostring(pattern) .. "'")
    for _, name in ipairs(a:select(pattern):names()) do
      if found[name] and found[name].t ~= t then
        core.raise(string.format("interpolate: '%s' matches both '%s' and '%s'", name, found[name].pattern, pattern))
      end
      found[name] = { t = t, pattern = pattern }
    end
  end
  return a:map(function(name, x)
    local t = found[name] and found[name].t or options.t
    if t == 1 then return b[name] end
    return x + difference[name] * t
  end)
end

--- lab.merge.graft(base, donor, {on | keep | mask}): the base with some of the donor's weights in place of its own, exactly.
function merge.graft(base, donor, options)
  options = core.options(options, { on = core.none, keep = core.none, mask = core.none, scope = "whole" }, "graft")
  require_weights(base, 1, "base", "graft")
  require_weights(donor, 2, "donor", "graft")
  local given = {}
  for _, name in ipairs{ "on", "keep", "mask" } do
    if options[name] ~= nil then given[#given + 1] = "'" .. name .. "'" end
  end
  if #given ~= 1 then
    core.raise("graft: needs exactly one of the options 'on', 'keep' and 'mask', found "
      .. (#given == 0 and "none" or table.concat(given, " and ")))
  end
  local change = donor - base
  local mask = options.mask and require_weights(options.mask, 3, "mask", "graft")
  if options.keep then mask = lab.prune.magnitude(change, { keep = options.keep, scope = options.scope }) end
  if mask then
    core.require_same_weights(mask, base)
    return base:map(function(name, x) return mask[name]:ne(0):where(donor[name], x) end), mask
  end
  local patterns, chosen, names = type(options.on) == "table" and options.on or { options.on }, {}, base:names()
  for _, pattern in ipairs(patterns) do
    local count = 0
    for _, name in ipairs(names) do
      if core.name_matches(pattern, name) or core.name_matches(pattern .. ".**", name) then
        chosen[name], count = true, count + 1
      end
    end
    if count == 0 then core.raise(string.format("graft: no name matches '%s'%s", pattern, core.near(pattern, names))) end
  end
  return base:map(function(name, x) return chosen[name] and donor[name] or x end)
end

--- lab.merge.greedy_soup(models, score): adds models to the average, best first, as long as the score does not fall.
function merge.greedy_soup(list, score)
  require_list(list, 1, "greedy_soup")
  if type(score) ~= "function" then
    core.raise("greedy_soup: argument 2 (score) must be a function of weights that gives a number, but is " .. core.describe(score))
  end
  local function scored(weights)
    local value = score(weights)
    if lab.is_tensor(value) and value:numel() == 1 then value = value:item() end
    if type(value) ~= "number" then core.raise("greedy_soup: the score must be a number, but is " .. core.describe(value)) end
    return value
  end
  local order = {}
  for i, weights in ipairs(list) do order[i] = { place = i, score = scored(weights) } end
  table.sort(order, function(a, b)
    if a.score ~= b.score then return a.score > b.score end
    return a.place < b.place
  end)
  local chosen, best, soup = { order[1].place }, order[1].score, list[order[1].place]
  for i = 2, #order do
    local trial = {}
    for k, place in ipairs(chosen) do trial[k] = list[place] end
    trial[#trial + 1] = list[order[i].place]
    local mixed = merge.soup(trial)
    local value = scored(mixed)
    if value >= best then
      best, soup = value, mixed
      chosen[#chosen + 1] = order[i].place
    end
  end
  return soup, chosen, best
end

--- lab.merge.diagonal_fisher(net, data, {samples, labels, rng}): how much the output depends on each weight.
function merge.diagonal_fisher(net, data, options)
  options = core.options(options, { samples = core.none, labels = "exact", rng = core.none }, "diagonal_fisher")
  if not lab.nn.is_module(net) then core.raise("diagonal_fisher: argument 1 (net) must be a module, but is " .. core.describe(net)) end
  if options.labels ~= "exact" and options.labels ~= "model" and options.labels ~= "data" then
    core.raise(string.format("diagonal_fisher: option 'labels' must be \"exact\", \"model\" or \"data\", but is \"%s\"", options.labels))
  end
  local parameters, squares = net:named_parameters(), {}
  local frozen, inputs = {}, {}
  for i, entry in ipairs(parameters) do
    if not entry[2].requires_grad then frozen[#frozen + 1] = entry[2] end
    inputs[i] = entry[2]:requires_grad_()
    squares[entry[1]] = lab.zeros_like(entry[2]):detach()
  end
  local was_training = net:is_training()
  net:eval()
  local count = math.min(options.samples and core.whole(options.samples, 1, "diagonal_fisher: option 'samples'") or #data, #data)
  local rows = options.samples and data:shuffle(options.rng or lab.rng(0, "fisher")):take(count) or data
  local function add(loss, factor)
    local gradients = lab.grad(loss, inputs, { allow_unused = true, retain_graph = true })
    lab.no_grad(function()
      for i, entry in ipairs(parameters) do
        squares[entry[1]] = squares[entry[1]] + gradients[i]:square() * (factor / count)
      end
    end)
  end
  local ok, problem = pcall(function()
    for i = 1, count do
      local x = rows.x[{ { i, i } }]
      local logs = net(x):log_softmax(-1):reshape{ -1 }
      if options.labels == "exact" then
        local p = logs:detach():exp():totable()
        for class = 1, #p do add(logs[class], p[class]) end
      elseif options.labels == "model" then
        add(logs[lab.multinomial(logs:detach():exp(), 1, { rng = options.rng }):item()], 1)
      else
        add(logs[rows.y[i]:item()], 1)
      end
    end
  end)
  for _, tensor in ipairs(frozen) do tensor:requires_grad_(false) end
  net:train(was_training)
  if not ok then error(problem, 0) end
  return net:weights():map(function(name, t) return squares[name] or lab.ones_like(t) end)
end

local two = "local a, b = lab.nn.Linear(2, 2):weights(), lab.nn.Linear(2, 2):weights()\n"
core.document{
  name = "lab.merge.interpolate", signature = "lab.merge.interpolate({a, b}, {t = 0.5, layers = {}})", chapter = "Merging weights",
  summary = "Between two models, or beyond them, on the straight line.", formula = "a + t (b - a)",
  details = { "{t}: 0 is the first, 1 the second", "{layers}: another t for names that match a pattern, as in {[\"blocks.1.**\"] = 0.2}" },
  source = "Wortsman et al. 2022, Robust fine-tuning of zero-shot models (WiSE-FT)",
  example = two .. "print(lab.merge.interpolate({a, b}, {t = 0.25, layers = {bias = 1}}).bias:equal(b.bias))",
}
core.document{
  name = "lab.merge.graft", signature = "lab.merge.graft(base, donor, {on or keep or mask, scope = \"whole\"})",
  chapter = "Merging weights",
  summary = "The base with some of the donor's weights in place of its own, exactly; and the mask of them, where there is one.",
  formula = "(1 - m) base + m donor",
  details = {
    "{on}: names or modules' paths that match a pattern, or a list of patterns", "{keep}: the share of the weights that differ most",
    "{mask}: weights with ones (or anything but 0) where the donor's are taken", "{scope}: for keep, \"whole\" or \"tensor\"",
  },
  source = "Panigrahi et al. 2023, Task-Specific Skill Localization in Fine-tuned Language Models",
  example = two .. "local grafted, mask = lab.merge.graft(a, b, {keep = 0.5})\nprint(mask.weight, lab.merge.graft(a, b, {on = \"bias\"}).bias:equal(b.bias))",
}
core.document{
  name = "lab.merge.greedy_soup", signature = "lab.merge.greedy_soup(models, score)", chapter = "Merging weights",
  summary = "Averages models, the best first, leaving out each that lowers the score; gives the soup, the models' places in it, and its score.",
  details = { "score: a function of weights that gives a number, more is better; on held-out data" },
  source = "Wortsman et al. 2022, Model soups: averaging weights of multiple fine-tuned models",
  example = two .. "local soup, chosen = lab.merge.greedy_soup({a, b}, function(w) return -w:norm() end)\nprint(#chosen)",
}
core.document{
  name = "lab.merge.diagonal_fisher", signature = "lab.merge.diagonal_fisher(net, data, {samples, labels = \"exact\", rng})",
  chapter = "Merging weights",
  summary = "The diagonal Fisher information of a classifier's parameters, as weights; 1 for buffers.",
  formula = "mean_x E_(y ~ p(y|x)) (d log p(y|x) / d theta)^2",
  details = {
    "data: rows x, and y for labels = \"data\"", "{samples}: how many rows are drawn; all when left out",
    "{labels}: \"exact\" sums over all classes, \"model\" draws one from the model, \"data\" takes y (the empirical Fisher)",
  },
  source = "Matena and Raffel 2022, Merging Models with Fisher-Weighted Averaging",
  example = "local net, data = lab.nn.Linear(4, 3), lab.data.iris():take(5)\nprint(lab.merge.diagonal_fisher(net, data))",
}
