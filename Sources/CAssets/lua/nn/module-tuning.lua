-- Training a part of a model: by pattern, and by masks that hold entries exactly.
local lab, core = ...
local Module = lab.nn.Module

--- module:train_only(patterns): freezes everything but the parameters, or the modules', that match.
function Module:train_only(patterns, ...)
  if type(patterns) == "string" then patterns = { patterns, ... } end
  if type(patterns) ~= "table" or #patterns == 0 then
    core.raise("train_only: argument 1 must be a pattern or a list of patterns, but is " .. core.describe(patterns))
  end
  local before = {}
  for _, entry in ipairs(self:named_parameters()) do before[#before + 1] = { entry[2], entry[2].requires_grad } end
  self:freeze()
  for _, pattern in ipairs(patterns) do
    local ok, problem = pcall(self.unfreeze, self, pattern)
    if not ok then
      for _, entry in ipairs(before) do entry[1]:requires_grad_(entry[2]) end
      error(problem, 0)
    end
  end
  return self
end

--- module:sparsify(mask, {frozen}): entries where the mask is 0 are 0, and stay it under training.
function Module:sparsify(mask, options)
  options = core.options(options, { frozen = false }, "sparsify")
  local names, tensors = {}, {}
  for _, entry in ipairs(self:named_parameters()) do names[#names + 1], tensors[entry[1]] = entry[1], entry[2] end
  for name, values in pairs(mask) do                                   -- all are checked before any changes
    local tensor = tensors[name]
    if tensor == nil then
      core.raise(string.format("sparsify: the net has no parameter '%s'%s", name, core.near(name, names)))
    end
    if core.shape_text(tensor) ~= core.shape_text(values) then
      core.raise(string.format("sparsify: the mask of '%s' has shape %s, the parameter %s", name, core.shape_text(values),
        core.shape_text(tensor)))
    end
  end
  lab.no_grad(function()
    for name, values in pairs(mask) do core.hold(tensors[name], values, options.frozen) end
  end)
  return self
end

--- module:densify(): forgets the masks; values stay.
function Module:densify()
  for _, tensor in ipairs(self:parameters()) do core.hold(tensor, nil, false) end
  return self
end

--- module:masks(): the masks in force, as weights of ones and zeros.
function Module:masks()
  local names, masks = {}, {}
  for _, entry in ipairs(self:named_parameters()) do
    local mask = core.held(entry[2])
    if mask then names[#names + 1], masks[#masks + 1] = entry[1], mask:to(entry[2].dtype) end
  end
  return core.weights(names, masks)
end

local net = "local net = lab.nn.Sequential{ lab.nn.Linear(4, 8), lab.nn.ReLU(), lab.nn.Linear(8, 2) }\n"
core.document{
  name = "lab.nn.Module.train_only", signature = "net:train_only{pattern, ...}", chapter = "Adapting models",
  summary = "Freezes all parameters but those whose path, or whose module's path, matches one of the patterns.",
  notes = "\"**.bias\" trains biases alone (Ben Zaken, Ravfogel and Goldberg 2022, BitFit). Nothing changes when a pattern matches nothing.",
  example = net .. "print(#net:train_only{ \"**.bias\" }:trainable())",
}
core.document{
  name = "lab.nn.Module.sparsify", signature = "net:sparsify(mask, {frozen = false})", chapter = "Adapting models",
  summary = "Holds the entries of parameters where a mask is 0: at 0, or at their present value, exactly, whatever optimizer trains them.",
  details = {
    "mask: weights for some or all parameters; 0 holds, anything else is free. See lab.prune",
    "{frozen}: entries keep their value; 0 otherwise",
  },
  notes = "The mask belongs to the parameter. Before a step (and before clipping) masked gradients become 0; after it masked entries are put back, so weight decay and momentum do not move them. net:load keeps them 0, too; with frozen, loaded values are what is held.",
  example = net .. "net:sparsify(lab.prune.magnitude(net:weights():select(\"*.weight\"), {keep = 0.25}))\nprint(net:masks():names(), net:weights()[\"1.weight\"]:eq(0):to(\"float32\"):mean())",
}
core.document{
  name = "lab.nn.Module.densify", signature = "net:densify()", chapter = "Adapting models",
  summary = "Forgets the masks of sparsify; values stay as they are.",
  example = net .. "net:sparsify(net:weights() * 0):densify()\nprint(#net:masks())",
}
core.document{
  name = "lab.nn.Module.masks", signature = "net:masks()", chapter = "Adapting models",
  summary = "The masks in force, as weights of ones and zeros.", example = net .. "print(#net:masks())",
}
