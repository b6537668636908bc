-- Weights of modules: freezing by pattern, reading and writing them as a value, copies.
local lab, core = ...
local Module = lab.nn.Module
local records, each_field, each_tensor, note = core.modules.records, core.modules.each_field, core.modules.each_tensor, core.modules.note
local is_tensor, is_module = lab.is_tensor, lab.nn.is_module

local function set_frozen(module, pattern, frozen)
  local names, found = {}, 0
  each_tensor(module, function(path, tensor, is_buffer)
    if is_buffer then return end
    names[#names + 1] = path
    if core.name_matches(pattern, path) or core.name_matches(pattern .. ".**", path) then
      found = found + 1
      tensor:requires_grad_(not frozen)
      if frozen then tensor.grad = nil end
    end
  end)
  if found == 0 then
    core.raise(string.format("no parameter matches '%s'%s", pattern, core.near(pattern, names)))
  end
  return module
end

--- module:freeze([pattern]): stops training of the parameters whose path matches; all without a pattern.
function Module:freeze(pattern) return set_frozen(self, pattern or "**", true) end

--- module:unfreeze([pattern]): the opposite of freeze.
function Module:unfreeze(pattern) return set_frozen(self, pattern or "**", false) end

--- module:weights(): parameters and buffers as a value: ordered names -> tensors (copies).
function Module:weights()
  local names, tensors = {}, {}
  each_tensor(self, function(path, tensor)
    names[#names + 1] = path
    tensors[#tensors + 1] = tensor:detach():clone()
  end)
  return core.weights(names, tensors)
end

--- module:load(weights): copies weights into the parameters and buffers; names and shapes must agree.
function Module:load(weights)
  local own = self:weights()
  core.require_same_weights(weights, own)
  lab.no_grad(function()
    each_tensor(self, function(path, tensor)
      tensor:copy_(weights[path])
      core.enforce_mask(tensor)
    end)
  end)
  return self
end

--- module:with(weights, f): loads weights, calls f, and puts the former ones back, also after an error.
function Module:with(weights, f)
  local before = self:weights()
  self:load(weights)
  local results = table.pack(pcall(f))
  self:load(before)
  if not results[1] then error(results[2], 0) end
  return table.unpack(results, 2, results.n)
end

--- module:clone(): a copy with weights of its own, of the same mode and with the same parts frozen.
function Module:clone()
  local copies = {}
  local function copy(value)
    if is_tensor(value) then
      local id = core.identity(value)
      if not copies[id] then
        local fresh = value:detach():clone()
        copies[id] = value.requires_grad and fresh:requires_grad_() or fresh
        local mask, is_frozen = core.held(value)
        if mask then core.hold(copies[id], mask, is_frozen) end
      end
      return copies[id]
    end
    if is_module(value) then
      if copies[value] then return copies[value] end
      local old = records[value]
      local twin = setmetatable({}, getmetatable(value))
      copies[value] = twin
      local record = { order = {}, places = {}, training = old.training, parameters = {}, buffers = {}, optional = {} }
      for key in pairs(old.parameters) do record.parameters[key] = true end
      for key in pairs(old.buffers) do record.buffers[key] = true end
      for key in pairs(old.optional) do record.optional[key] = true end
      if old.extensions then record.extensions = table.move(old.extensions, 1, #old.extensions, 1, {}) end
      records[twin] = record
      for _, name in ipairs(old.order) do
        note(record, name)
        local field = rawget(value, name)
        if field ~= nil then rawset(twin, name, copy(field)) end
      end
      return twin
    end
    if type(value) == "table" and getmetatable(value) == nil then
      local twin = {}
      for key, entry in pairs(value) do twin[key] = copy(entry) end
      return twin
    end
    return value
  end
  return copy(self)
end

core.document{
  name = "lab.nn.Module.freeze", signature = "net:freeze([pattern])", chapter = "Modules",
  summary = "Stops training of the parameters whose path, or whose module's path, matches; all without a pattern. A pattern that matches nothing is an error.",
  example = "local net = lab.nn.Sequential{ lab.nn.Linear(4, 8), lab.nn.ReLU(), lab.nn.Linear(8, 2) }\nnet:freeze(\"1.*\")\nprint(#net:trainable())",
}
core.document{
  name = "lab.nn.Module.unfreeze", signature = "net:unfreeze([pattern])", chapter = "Modules",
  summary = "The opposite of freeze.",
  example = "local net = lab.nn.Sequential{ lab.nn.Linear(4, 8), lab.nn.ReLU(), lab.nn.Linear(8, 2) }\nnet:freeze()\nnet:unfreeze(\"3.*\")\nprint(#net:trainable())",
}
core.document{
  name = "lab.nn.Module.weights", signature = "net:weights()", chapter = "Modules",
  summary = "Parameters and buffers as a value: ordered names -> copies of the tensors.",
  example = "local net = lab.nn.Sequential{ lab.nn.Linear(4, 8), lab.nn.ReLU(), lab.nn.Linear(8, 2) }\nprint(net:weights():names())",
}
core.document{
  name = "lab.nn.Module.load", signature = "net:load(weights)", chapter = "Modules",
  summary = "Copies weights into the parameters and buffers; names and shapes must agree.",
  example = "local net = lab.nn.Sequential{ lab.nn.Linear(4, 8), lab.nn.ReLU(), lab.nn.Linear(8, 2) }\nnet:load(net:weights() * 0.5)",
}
core.document{
  name = "lab.nn.Module.with", signature = "net:with(weights, f)", chapter = "Modules",
  summary = "Loads weights, calls f, and puts the former ones back, also after an error.",
  example = "local net = lab.nn.Sequential{ lab.nn.Linear(4, 8), lab.nn.ReLU(), lab.nn.Linear(8, 2) }\nprint(net:with(net:weights() * 0, function() return net(lab.ones{1, 4}):sum():item() end))",
}
core.document{
  name = "lab.nn.Module.clone", signature = "net:clone()", chapter = "Modules",
  summary = "A copy with weights of its own, in the same mode, with the same parts frozen, LoRA and adapters, and masks.",
  example = "local net = lab.nn.Sequential{ lab.nn.Linear(4, 8), lab.nn.ReLU(), lab.nn.Linear(8, 2) }\nprint(net:clone():count() == net:count())",
}
