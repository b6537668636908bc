-- Modules: tables with parameters, buffers and other modules in their fields, and a forward method.
--
-- A class is a table that is the metatable of its objects. Fields are kept in the order in which they were first set,
-- so that parameters always come in the same order. `net(x)` calls forward on the Lua side: nesting costs no C stack.
local lab, core = ...
local nn = lab.nn or {}
lab.nn = nn

local Module = { class_name = "Module" }
nn.Module = Module

-- What belongs to a module but is not one of its fields, by module.
local records = setmetatable({}, { __mode = "k" })

local function is_module(value)
  return type(value) == "table" and records[value] ~= nil
end
nn.is_module = is_module

local is_tensor = lab.is_tensor

-- A list of modules or tensors, such as self.blocks, takes part like a field.
local function is_list(value)
  return type(value) == "table" and records[value] == nil and getmetatable(value) == nil and #value > 0
end

local function note(record, name)
  if not record.places[name] then
    record.order[#record.order + 1] = name
    record.places[name] = true
  end
end

local function new_field(module, name, value)
  local record = records[module]
  if type(name) == "string" then
    note(record, name)
    if is_tensor(value) and value.requires_grad then record.parameters[name] = true end
  end
  rawset(module, name, value)
end

local function missing_field(class)
  return function(module, name)
    local value = class[name]
    if value ~= nil then return value end
    if type(name) ~= "string" or records[module] == nil then return nil end
    if records[module].optional[name] then return nil end
    local known = {}
    for _, field in ipairs(records[module].order) do known[#known + 1] = field end
    local from = class
    while from do
      for key in pairs(from) do if type(key) == "string" then known[#known + 1] = key end end
      from = rawget(from, "base")
    end
    core.raise(string.format("%s has no field or method '%s'%s", class.class_name, name, core.near(name, known)))
  end
end

-- The module's forward, and what was attached to it: see module-extensions.lua.
local function run(module, ...)
  local extensions = records[module].extensions
  if extensions == nil then return getmetatable(module).forward(module, ...) end
  local outputs = table.pack(getmetatable(module).forward(module, ...))
  for _, field in ipairs(extensions) do outputs[1] = rawget(module, field):extend(outputs[1], ...) end
  return table.unpack(outputs, 1, outputs.n)
end

local call = function(module, ...)
  local record = records[module]
  if record.watchers == nil and record.extensions == nil then return getmetatable(module).forward(module, ...) end
  return (record.watchers or run)(module, ...)
end

local function finish_class(class)
  class.__index = missing_field(class)
  class.__newindex = new_field
  class.__call = call
  class.__tostring = function(module) return module:describe() end
  class.__name = class.class_name
  return class
end

local function construct(class, ...)
  local module = setmetatable({}, class)
  records[module] = { order = {}, places = {}, training = true, parameters = {}, buffers = {}, optional = {} }
  class.init(module, ...)
  return module
end

--- nn.class(name, [base]): a class of modules; define init and forward on it.
function nn.class(name, base)
  if type(name) ~= "string" then core.raise("nn.class: argument 1 (name) must be a string") end
  base = base or Module
  local class = { class_name = name, base = base }
  setmetatable(class, { __index = base, __call = construct, __name = "class " .. name, __tostring = function() return "class " .. name end })
  return finish_class(class)
end

setmetatable(Module, { __call = construct })
finish_class(Module)

function Module:init() end

function Module:forward()
  core.raise(self.class_name .. " has no forward method; define function " .. self.class_name .. ":forward(x)")
end

--- A parameter: a tensor that training changes.
function nn.parameter(tensor)
  return tensor:requires_grad_()
end

--- Declares a field that may be nil.
function Module:optional(name)
  records[self].optional[name] = true
end

--- A tensor that is saved with the weights but not trained, such as running statistics.
function Module:buffer(name, tensor)
  records[self].buffers[name] = true
  self[name] = tensor
end

-- Visits fields in order: visit(path, value, owner, name).
local function each_field(module, prefix, visit)
  for _, name in ipairs(records[module].order) do
    local value = rawget(module, name)
    if value ~= nil then
      if is_list(value) then
        for i, entry in ipairs(value) do visit(prefix .. name .. "." .. i, entry, module, name) end
      else
        visit(prefix .. name, value, module, name)
      end
    end
  end
end

-- All modules with their paths, parents first. The root's path is "".
local function walk(module, prefix, visit, seen)
  if seen[module] then return end
  seen[module] = true
  visit(prefix, module)
  each_field(module, prefix == "" and "" or prefix .. ".", function(path, value)
    if is_module(value) then walk(value, path, visit, seen) end
  end)
end

--- module:named_modules(): a list of {path, module}, parents first.
function Module:named_modules()
  local list = {}
  walk(self, "", function(path, module) list[#list + 1] = { path, module } end, {})
  return list
end

-- Tensors of all modules below this one: visit(path, tensor, is_buffer). A tensor shared by two places is visited once.
-- Sharing is recognised by the field's value, which is one Lua object in both places.
local function each_tensor(root, visit)
  local seen = {}
  for _, entry in ipairs(root:named_modules()) do
    local path, module = entry[1], entry[2]
    each_field(module, path == "" and "" or path .. ".", function(name, value, owner, field)
      if not is_tensor(value) or seen[core.identity(value)] then return end
      local record = records[owner]
      local is_buffer = record.buffers[field] == true
      if value.requires_grad then record.parameters[field] = true end
      if is_buffer or record.parameters[field] then
        seen[core.identity(value)] = true
        visit(name, value, is_buffer)
      end
    end)
  end
end

--- module:named_parameters(): a list of {path, tensor}.
function Module:named_parameters()
  local list = {}
  each_tensor(self, function(path, tensor, is_buffer)
    if not is_buffer then list[#list + 1] = { path, tensor } end
  end)
  return list
end

--- module:parameters(): the trained tensors, frozen ones included, in order of their paths' definition.
function Module:parameters()
  local list = {}
  for _, entry in ipairs(self:named_parameters()) do list[#list + 1] = entry[2] end
  return list
end

--- module:trainable(): the parameters that are not frozen.
function Module:trainable()
  local list = {}
  for _, entry in ipairs(self:named_parameters()) do
    if entry[2].requires_grad then list[#list + 1] = entry[2] end
  end
  return list
end

--- module:zero_grad(): forgets the gradients of all parameters.
function Module:zero_grad()
  for _, tensor in ipairs(self:parameters()) do tensor.grad = nil end
end

--- module:train([on]), module:eval(): training mode, which dropout and batch normalisation look at.
function Module:train(on)
  for _, entry in ipairs(self:named_modules()) do records[entry[2]].training = on ~= false end
  return self
end

function Module:eval() return self:train(false) end

--- module:is_training(): whether the module is in training mode.
function Module:is_training() return records[self].training end

--- module:children(): a list of {name, module} directly below.
function Module:children()
  local list = {}
  each_field(self, "", function(path, value)
    if is_module(value) then list[#list + 1] = { path, value } end
  end)
  return list
end

--- module:at(path): the module or tensor at a path such as "blocks.2.attn".
function Module:at(path)
  local here = self
  for part in path:gmatch("[^%.]+") do
    local value
    if type(here) == "table" then
      value = rawget(here, part)
      if value == nil then value = rawget(here, math.tointeger(tonumber(part)) or part) end
    end
    if value == nil then
      local names = {}
      for _, entry in ipairs(self:named_modules()) do names[#names + 1] = entry[1] end
      for _, entry in ipairs(self:named_parameters()) do names[#names + 1] = entry[1] end
      core.raise(string.format("there is nothing at '%s'%s", path, core.near(path, names)))
    end
    here = value
  end
  return here
end

--- module:apply(f): calls f(module, path) on every module, parents first.
function Module:apply(f)
  for _, entry in ipairs(self:named_modules()) do f(entry[2], entry[1]) end
  return self
end

--- module:count(): how many numbers the parameters hold.
function Module:count()
  local total = 0
  for _, tensor in ipairs(self:parameters()) do total = total + tensor:numel() end
  return total
end

-- What the other files about modules share.
core.modules = { records = records, each_field = each_field, each_tensor = each_tensor, note = note, is_list = is_list, run = run }

core.document{
  name = "lab.nn.class", signature = "lab.nn.class(name, [base])", chapter = "Modules",
  summary = "A class of modules: define init and forward on it; calling the class makes a module.",
  notes = "Fields that hold modules, tensors with requires_grad, or lists of either take part in parameters, weights and printing. Calling a module calls its forward.",
  example = "local Twice = lab.nn.class(\"Twice\")\nfunction Twice:init(width) self.layer = lab.nn.Linear(width, width) end\nfunction Twice:forward(x) return self.layer(self.layer(x)) end\nprint(Twice(3)(lab.ones{1, 3}).shape)",
}
core.document{
  name = "lab.nn.parameter", signature = "lab.nn.parameter(tensor)", chapter = "Modules",
  summary = "Marks a tensor as something that training changes, and returns it.",
  example = "print(lab.nn.parameter(lab.zeros{2}).requires_grad)",
}
core.document{
  name = "lab.nn.is_module", signature = "lab.nn.is_module(value)", chapter = "Modules",
  summary = "Whether a value is a module.", example = "print(lab.nn.is_module(lab.nn.ReLU()), lab.nn.is_module(2))",
}
core.document{
  name = "lab.nn.Module.forward", signature = "net(x)  or  net:forward(x)", chapter = "Modules",
  summary = "The module's function; classes define it.", example = "print(lab.nn.ReLU()(lab.tensor{-1, 1}))",
}
core.document{
  name = "lab.nn.Module.init", signature = "Class:init(...)", chapter = "Modules",
  summary = "Sets up a new module; classes define it, and Class(...) calls it.",
  example = "local Scale = lab.nn.class(\"Scale\")\nfunction Scale:init(k) self.k = k end\nfunction Scale:forward(x) return x * self.k end\nprint(Scale(3)(lab.ones{2}))",
}
core.document{
  name = "lab.nn.Module.parameters", signature = "net:parameters()", chapter = "Modules",
  summary = "The tensors that training changes, frozen ones included, in the order of their definition.",
  example = "local net = lab.nn.Sequential{ lab.nn.Linear(4, 8), lab.nn.ReLU(), lab.nn.Linear(8, 2) }\nprint(#net:parameters())",
}
core.document{
  name = "lab.nn.Module.named_parameters", signature = "net:named_parameters()", chapter = "Modules",
  summary = "A list of {path, tensor} for all parameters.",
  example = "local net = lab.nn.Sequential{ lab.nn.Linear(4, 8), lab.nn.ReLU(), lab.nn.Linear(8, 2) }\nfor _, entry in ipairs(net:named_parameters()) do print(entry[1], entry[2].shape) end",
}
core.document{
  name = "lab.nn.Module.trainable", signature = "net:trainable()", chapter = "Modules",
  summary = "The parameters that are not frozen.",
  example = "local net = lab.nn.Sequential{ lab.nn.Linear(4, 8), lab.nn.ReLU(), lab.nn.Linear(8, 2) }\nnet:freeze(\"1.*\")\nprint(#net:trainable())",
}
core.document{
  name = "lab.nn.Module.named_modules", signature = "net:named_modules()", chapter = "Modules",
  summary = "A list of {path, module}, parents first; the root's path is empty.",
  example = "local net = lab.nn.Sequential{ lab.nn.Linear(4, 8), lab.nn.ReLU(), lab.nn.Linear(8, 2) }\nprint(#net:named_modules())",
}
core.document{
  name = "lab.nn.Module.children", signature = "net:children()", chapter = "Modules",
  summary = "A list of {name, module} directly below.",
  example = "local net = lab.nn.Sequential{ lab.nn.Linear(4, 8), lab.nn.ReLU(), lab.nn.Linear(8, 2) }\nprint(#net:children())",
}
core.document{
  name = "lab.nn.Module.at", signature = "net:at(path)", chapter = "Modules",
  summary = "The module or tensor at a path such as blocks.2.attn.",
  example = "local net = lab.nn.Sequential{ lab.nn.Linear(4, 8), lab.nn.ReLU(), lab.nn.Linear(8, 2) }\nprint(net:at(\"3.weight\").shape)",
}
core.document{
  name = "lab.nn.Module.zero_grad", signature = "net:zero_grad()", chapter = "Modules",
  summary = "Forgets the gradients of all parameters.",
  example = "local net = lab.nn.Sequential{ lab.nn.Linear(4, 8), lab.nn.ReLU(), lab.nn.Linear(8, 2) }\nnet:zero_grad()",
}
core.document{
  name = "lab.nn.Module.train", signature = "net:train([on])", chapter = "Modules",
  summary = "Training mode, which Dropout and the batch norms look at; returns the module.",
  example = "local net = lab.nn.Sequential{ lab.nn.Linear(4, 8), lab.nn.ReLU(), lab.nn.Linear(8, 2) }\nprint(net:train():is_training())",
}
core.document{
  name = "lab.nn.Module.eval", signature = "net:eval()", chapter = "Modules",
  summary = "Testing mode; returns the module.",
  example = "local net = lab.nn.Sequential{ lab.nn.Linear(4, 8), lab.nn.ReLU(), lab.nn.Linear(8, 2) }\nprint(net:eval():is_training())",
}
core.document{
  name = "lab.nn.Module.is_training", signature = "net:is_training()", chapter = "Modules",
  summary = "Whether the module is in training mode.",
  example = "local net = lab.nn.Sequential{ lab.nn.Linear(4, 8), lab.nn.ReLU(), lab.nn.Linear(8, 2) }\nprint(net:is_training())",
}
core.document{
  name = "lab.nn.Module.apply", signature = "net:apply(f)", chapter = "Modules",
  summary = "Calls f(module, path) on every module, parents first.",
  example = "local net = lab.nn.Sequential{ lab.nn.Linear(4, 8), lab.nn.ReLU(), lab.nn.Linear(8, 2) }\nnet:apply(function(module, path) print(path, module.class_name) end)",
}
core.document{
  name = "lab.nn.Module.count", signature = "net:count()", chapter = "Modules",
  summary = "How many numbers the parameters hold.",
  example = "local net = lab.nn.Sequential{ lab.nn.Linear(4, 8), lab.nn.ReLU(), lab.nn.Linear(8, 2) }\nprint(net:count())",
}
core.document{
  name = "lab.nn.Module.optional", signature = "self:optional(name)", chapter = "Modules",
  summary = "In init: declares a field that may be nil.",
  example = "local Scale = lab.nn.class(\"Scale\")\nfunction Scale:init() self:optional(\"bias\") end\nprint(Scale().bias)",
}
core.document{
  name = "lab.nn.Module.buffer", signature = "self:buffer(name, tensor)", chapter = "Modules",
  summary = "In init: a tensor that is saved with the weights but not trained.",
  example = "local Count = lab.nn.class(\"Count\")\nfunction Count:init() self:buffer(\"seen\", lab.zeros{1}) end\nprint(Count():weights():names())",
}
