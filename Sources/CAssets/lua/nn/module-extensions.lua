-- Small modules attached to those of a net: LoRA, adapters, soft prompts.
--
-- An extension is a module in a field of the one that it extends, so that it takes part in parameters, weights, copies and
-- printing. Its method extend(output, ...) gets the output and the inputs of its owner, and gives the output in its place.
local lab, core = ...
local Module, records = lab.nn.Module, core.modules.records

local FIELDS = { lora = true, adapter = true, soft_prompt = true, soft_prompt_cut = true }

-- Whether a parameter or module belongs to an extension.
local function is_of_extension(path)
  for part in path:gmatch("[^%.]+") do
    if FIELDS[part] then return true end
  end
  return false
end

--- The modules that patterns match, and those below them, of which `accepts(module)` holds: a list of {path, module}.
function core.extendable(root, patterns, name, what, accepts)
  if type(patterns) == "string" then patterns = { patterns } end
  if type(patterns) ~= "table" or #patterns == 0 then
    core.raise(string.format("%s: option 'on' must be a pattern or a list of patterns, but is %s", name, core.describe(patterns)))
  end
  local found, seen = {}, {}
  for _, pattern in ipairs(patterns) do
    local count, names, other = 0, {}, nil
    for _, entry in ipairs(root:named_modules()) do
      local path, module = entry[1], entry[2]
      local matches = path == "" and pattern == "**"
        or path ~= "" and (core.name_matches(pattern, path) or core.name_matches(pattern .. ".**", path))
      if path ~= "" and not is_of_extension(path) then names[#names + 1] = path end
      if matches and core.name_matches(pattern, path == "" and "root" or path) then other = module end
      if matches and not is_of_extension(path) and accepts(module, path) then
        count = count + 1
        if not seen[module] then
          seen[module] = true
          found[#found + 1] = entry
        end
      end
    end
    if count == 0 then
      local hint = other and pattern ~= "**" and ", which is a " .. other.class_name or core.near(pattern, names)
      if hint == "" and #names > 0 then
        hint = "; modules are '" .. table.concat(names, "', '", 1, math.min(5, #names)) .. "'"
          .. (#names > 5 and string.format(" and %d more", #names - 5) or "")
      end
      core.raise(string.format("%s: no %s matches '%s'%s", name, what, pattern, hint))
    end
  end
  return found
end

--- Whether a module is of a class or of one derived from it.
function core.is_a(module, class)
  local own = getmetatable(module)
  while own do
    if own == class then return true end
    own = rawget(own, "base")
  end
  return false
end

--- Attaches an extension under a field of its owner.
function core.extend(owner, field, extension)
  local record = records[owner]
  owner[field] = extension
  if not owner:is_training() then extension:eval() end
  record.extensions = record.extensions or {}
  table.insert(record.extensions, field)
end

--- Takes an extension away.
function core.detach(owner, field)
  local record = records[owner]
  rawset(owner, field, nil)
  for i, name in ipairs(record.extensions or {}) do
    if name == field then table.remove(record.extensions, i) break end
  end
  if record.extensions and #record.extensions == 0 then record.extensions = nil end
end

--- All owners of an extension: a list of {path, owner, extension}.
function core.extended(root, field)
  local list = {}
  for _, entry in ipairs(root:named_modules()) do
    local extension = rawget(entry[2], field)
    for _, name in ipairs(records[entry[2]].extensions or {}) do
      if name == field then list[#list + 1] = { entry[1], entry[2], extension } end
    end
  end
  return list
end

--- Freezes all parameters but those of extensions.
function core.freeze_rest(root)
  for _, entry in ipairs(root:named_parameters()) do
    if not is_of_extension(entry[1]) then
      entry[2].grad = nil
      entry[2]:requires_grad_(false)
    end
  end
end
