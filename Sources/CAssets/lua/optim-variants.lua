-- What goes with any optimizer: sharpness-aware steps, groups by pattern, rates that fall with depth, gradient noise.
local lab, core = ...
local optim = lab.optim

--- lab.optim.SAM(what, {base = "SGD", rho = 0.05, ...}): the optimizer `base` with gradients from uphill of the parameters.
function optim.SAM(what, options)
  if options ~= nil and type(options) ~= "table" then
    core.raise("SAM: options must be a table such as {rho = 0.05, lr = 0.1}, but found " .. core.describe(options))
  end
  local rest = {}
  for key, value in pairs(options or {}) do rest[key] = value end
  local base = rest.base or "SGD"
  rest.base = nil
  local bases = {}
  for _, kind in ipairs(core.optimizer_kinds()) do if kind ~= "LBFGS" then bases[#bases + 1] = kind end end
  local known = false
  for _, kind in ipairs(bases) do known = known or kind == base end
  if not known then
    core.raise(string.format("SAM: option 'base' must be one of %s, but is %s%s", table.concat(bases, ", "), core.describe(base),
      type(base) == "string" and core.near(base, bases) or ""))
  end
  if rest.rho == nil then rest.rho = 0.05 end
  return optim[base](what, rest)
end

local function matches(pattern, path)
  return core.name_matches(pattern, path) or core.name_matches(pattern .. ".**", path)
end

-- Splits the parameters of a module: each goes to the first entry {patterns = {...}, options = {...}} that matches it.
local function split(net, entries, name)
  local groups, paths = {}, {}
  for i, entry in ipairs(entries) do
    groups[i] = { params = {}, names = {} }
    for key, value in pairs(entry.options) do groups[i][key] = value end
  end
  local rest, found = { params = {}, names = {} }, {}
  for _, parameter in ipairs(net:named_parameters()) do
    local path, home = parameter[1], nil
    paths[#paths + 1] = path
    for i, entry in ipairs(entries) do
      for _, pattern in ipairs(entry.patterns) do
        if matches(pattern, path) then
          found[pattern] = true
          home = home or groups[i]
        end
      end
    end
    home = home or rest
    home.params[#home.params + 1] = parameter[2]
    home.names[#home.names + 1] = path
  end
  for _, entry in ipairs(entries) do
    for _, pattern in ipairs(entry.patterns) do
      if not found[pattern] then
        core.raise(string.format("%s: no parameter matches '%s'%s", name, pattern, core.near(pattern, paths)))
      end
    end
  end
  local list = {}
  for _, group in ipairs(groups) do if #group.params > 0 then list[#list + 1] = group end end
  return list, rest
end

local function check_module(net, name)
  if not lab.nn.is_module(net) then
    core.raise(string.format("%s: argument 1 (net) must be a module, but is %s", name, core.describe(net)))
  end
end

--- lab.optim.groups(net, {{"head", lr = 1e-2}, {"blocks.*.norm*", weight_decay = 0}}): parameter groups by path patterns.
function optim.groups(net, entries)
  check_module(net, "groups")
  if type(entries) ~= "table" then
    core.raise("groups: argument 2 (groups) must be a table such as {{\"head\", lr = 1e-2}}, but is " .. core.describe(entries))
  end
  local list = {}
  for i, entry in ipairs(entries) do
    if type(entry) ~= "table" or type(entry[1]) ~= "string" then
      core.raise(string.format("groups: entry %d must begin with a pattern, as in {\"head\", lr = 1e-2}, but is %s", i, core.describe(entry)))
    end
    list[i] = { patterns = {}, options = {} }
    for key, value in pairs(entry) do
      if math.type(key) == "integer" then
        list[i].patterns[key] = value
      else
        list[i].options[key] = value
      end
    end
  end
  local groups, rest = split(net, list, "groups")
  if #rest.params > 0 then groups[#groups + 1] = rest end
  return groups
end

--- lab.optim.layerwise(net, {decay = 0.8, layers = {...}}): one group for each layer, whose rates fall from the top down.
function optim.layerwise(net, options)
  check_module(net, "layerwise")
  options = core.options(options, { decay = 0.8, layers = core.none }, "layerwise")
  if options.decay <= 0 then
    core.raise("layerwise: option 'decay' must be a number above 0, but is " .. core.describe(options.decay))
  end
  local layers = options.layers
  if layers == nil then
    layers = {}
    for _, child in ipairs(net:children()) do
      if child[2]:count() > 0 then layers[#layers + 1] = child[1] end
    end
  elseif type(layers) ~= "table" or type(layers[1]) ~= "string" then
    core.raise("layerwise: option 'layers' must be a table of patterns from the bottom to the top, but is " .. core.describe(layers))
  end
  local entries = {}
  for i, pattern in ipairs(layers) do
    -- A tensor that two layers share belongs to the lower one.
    entries[i] = { patterns = { pattern }, options = { lr_scale = options.decay ^ (#layers - i) } }
  end
  local groups, rest = split(net, entries, "layerwise")
  if #rest.params > 0 then
    -- What belongs to no layer, such as learned positions, goes with the lowest.
    rest.lr_scale = options.decay ^ math.max(0, #layers - 1)
    table.insert(groups, 1, rest)
  end
  return groups
end

core.document{
  name = "lab.optim", signature = "lab.optim", chapter = "Optimizers",
  summary = "Optimizers, and what goes with them.",
  details = {
    "{lr_scale}: multiplies lr; groups keep their proportions when opt.lr is set",
    "{noise}: the variance of normal numbers added to gradients at the first step; 0 by default",
    "{noise_decay}: the variance is noise / t^noise_decay at step t; 0.55 by default",
    "{rho}, {adaptive}: see lab.optim.SAM",
    "{rng}: where the noise comes from; a stream of its own by default",
  },
  notes = "These options go with every optimizer but LBFGS. minimize(loss, {every = n}) averages the gradients of n losses before it steps, and returns the loss and whether it stepped.",
  source = "noise: Neelakantan et al. 2015, Adding Gradient Noise Improves Learning for Very Deep Networks",
  example = "local w = lab.ones{2}:requires_grad_()\nlocal opt = lab.optim.SGD({w}, {lr = 0.1, noise = 0.01})\nfor step = 1, 4 do print(opt:minimize((w ^ 2):sum(), {every = 2})) end",
}
core.document{
  name = "lab.optim.SAM", signature = "lab.optim.SAM(parameters, {base = \"SGD\", rho = 0.05, adaptive = false, ...})", chapter = "Optimizers",
  summary = "Sharpness-aware minimisation: steps of another optimizer by the gradient a little uphill of the parameters.",
  formula = "the gradient at p + rho g / |g|, or at p + rho p^2 g / |p g| when adaptive",
  details = { "{base}: the optimizer that makes the steps; it takes the other options", "{rho}: how far uphill", "{adaptive}: measure in proportion to each parameter" },
  notes = "The loss is evaluated twice, so minimize needs a function. What is random in it (dropout) is drawn anew, and running statistics are updated twice.",
  source = "Foret et al. 2021, Sharpness-Aware Minimization for Efficiently Improving Generalization; Kwon et al. 2021, ASAM (adaptive)",
  example = "local w = lab.tensor{1, -2}:requires_grad_()\nlocal opt = lab.optim.SAM({w}, {base = \"AdamW\", lr = 0.1})\nopt:minimize(function() return (w ^ 2):sum() end)\nprint(w, opt)",
}
core.document{
  name = "lab.optim.groups", signature = "lab.optim.groups(net, {{pattern, ..., option = value}, ...})", chapter = "Optimizers",
  summary = "Parameter groups by patterns of paths, for any optimizer; a parameter goes to the first group that matches it.",
  notes = "The rest makes a last group without options of its own. A pattern that matches nothing is an error.",
  example = "local net = lab.nn.Sequential{ lab.nn.Linear(4, 8), lab.nn.Linear(8, 2) }\nprint(lab.optim.AdamW(lab.optim.groups(net, {{\"*.bias\", weight_decay = 0}}), {lr = 1e-3}))",
}
core.document{
  name = "lab.optim.layerwise", signature = "lab.optim.layerwise(net, {decay = 0.8, layers = children})", chapter = "Optimizers",
  summary = "One parameter group for each layer: the top one has lr, each one below decay times the rate of the one above it.",
  details = { "{decay}: the ratio between neighbours", "{layers}: patterns from the bottom to the top; the net's children with parameters when left out" },
  notes = "The rates are set by lr_scale, so that a schedule may go on to set opt.lr.",
  source = "Howard and Ruder 2018, Universal Language Model Fine-tuning for Text Classification",
  example = "local net = lab.nn.Sequential{ lab.nn.Linear(4, 8), lab.nn.Linear(8, 2) }\nfor _, group in ipairs(lab.optim.layerwise(net, {decay = 0.5})) do print(group.names[1], group.lr_scale) end",
}
