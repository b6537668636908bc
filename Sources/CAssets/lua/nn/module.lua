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

local call = function(module, ...)
  local watchers = records[module].watchers
  if watchers == nil then return getmetatable(module).forward(module, ...) end
  return watchers(module, ...)
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

local function set_frozen(module, pattern, frozen)
  local names, found = {}, 0
  each_tensor(module, function(path, tensor, is_buffer)
    if is_buffer then return end
    names[#names + 1] = path
    if core.name_matches(pattern, path) then
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
    local key = math.tointeger(tonumber(part)) or part
    local value = type(here) == "table" and rawget(here, key) or nil
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
    each_tensor(self, function(path, tensor) tensor:copy_(weights[path]) end)
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

-- Hooks. A watched module runs through its record's watchers; others pay nothing.

local function watch(module, wrap)
  local record = records[module]
  local before = record.watchers
  record.watchers = function(self, ...)
    local inner = before or function(m, ...) return m:forward(...) end
    return wrap(inner, self, ...)
  end
  return function() record.watchers = before end
end

local function matching(root, pattern)
  local names, found = {}, {}
  for _, entry in ipairs(root:named_modules()) do
    if entry[1] ~= "" then names[#names + 1] = entry[1] end
    if entry[1] ~= "" and core.name_matches(pattern, entry[1]) then found[#found + 1] = entry end
  end
  if #found == 0 then core.raise(string.format("no module matches '%s'%s", pattern, core.near(pattern, names))) end
  return found
end

local function releasing(releases, f)
  local results = table.pack(pcall(f))
  for i = #releases, 1, -1 do releases[i]() end
  if not results[1] then error(results[2], 0) end
  return table.unpack(results, 2, results.n)
end

--- module:with_hook(pattern, hook, f): calls f while the output of every matching module passes through hook(output, path).
function Module:with_hook(pattern, hook, f)
  local releases = {}
  for _, entry in ipairs(matching(self, pattern)) do
    releases[#releases + 1] = watch(entry[2], function(inner, m, ...)
      local output = inner(m, ...)
      local other = hook(output, entry[1])
      if other == nil then return output end
      return other
    end)
  end
  return releasing(releases, f)
end

--- module:trace(x, patterns): the output for x, and the outputs of all matching modules by path.
function Module:trace(x, patterns)
  local releases, found = {}, {}
  if type(patterns) == "string" then patterns = { patterns } end
  for _, pattern in ipairs(patterns or { "**" }) do
    for _, entry in ipairs(matching(self, pattern)) do
      releases[#releases + 1] = watch(entry[2], function(inner, m, ...)
        local output = inner(m, ...)
        found[entry[1]] = output
        return output
      end)
    end
  end
  local output = releasing(releases, function() return self(x) end)
  return output, found
end

-- Printing: a tree with shapes and counts.

local function own_tensors(module)
  local parts = {}
  each_field(module, "", function(path, value)
    if is_tensor(value) then parts[#parts + 1] = path .. " " .. core.shape_text(value) end
  end)
  return table.concat(parts, ", ")
end

--- module:describe(): the tree of modules as text; what print shows.
function Module:describe()
  local lines = {}
  local function show(module, label, indent)
    local own = own_tensors(module)
    local count = module:count()
    local text = indent .. (label ~= "" and label .. ": " or "") .. module.class_name
    if own ~= "" then text = text .. " (" .. own .. ")" end
    if module.note and module:note() ~= "" then text = text .. " " .. module:note() end
    if count > 0 then text = text .. "  " .. core.count_text(count) .. " parameters" end
    lines[#lines + 1] = text
    for _, child in ipairs(module:children()) do show(child[2], child[1], indent .. "  ") end
  end
  show(self, "", "")
  return table.concat(lines, "\n")
end

--- A short remark behind the class name when a module is printed; classes may redefine it.
function Module:note() return "" end

--- lab.module_path(root, module): where a module stands below another; nil when it does not.
function lab.module_path(root, module)
  for _, entry in ipairs(root:named_modules()) do
    if entry[2] == module then return entry[1] end
  end
  return nil
end
