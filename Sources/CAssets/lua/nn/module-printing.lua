-- How modules are printed, and where a module stands below another.
local lab, core = ...
local Module, each_field = lab.nn.Module, core.modules.each_field
local is_tensor = lab.is_tensor

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

core.document{
  name = "lab.nn.Module.describe", signature = "net:describe()", chapter = "Modules",
  summary = "The tree of modules with shapes and counts as text: what print shows.",
  example = "local net = lab.nn.Sequential{ lab.nn.Linear(4, 8), lab.nn.ReLU(), lab.nn.Linear(8, 2) }\nprint(net:describe())",
}
core.document{
  name = "lab.nn.Module.note", signature = "Class:note()", chapter = "Modules",
  summary = "A short remark behind the class name when a module is printed; classes may redefine it.",
  example = "print(lab.nn.Dropout(0.1):note())",
}
