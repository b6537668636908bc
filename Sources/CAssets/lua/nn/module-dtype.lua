-- Modules in another dtype.
local lab, core = ...
local Module, each_field = lab.nn.Module, core.modules.each_field
local records = core.modules.records

--- module:to(dtype): turns the parameters and buffers into float32 or float64, and returns the module.
function Module:to(dtype)
  core.one_of(dtype, { "float32", "float64" }, "to: argument 1 (dtype)")
  -- A tensor that stands in two places stays one.
  local turned = {}
  local function turn(tensor)
    local id = core.identity(tensor)
    if turned[id] == nil then
      local other = tensor:detach():to(dtype)
      turned[id] = tensor.requires_grad and other:requires_grad_() or other
    end
    return turned[id]
  end
  for _, entry in ipairs(self:named_modules()) do
    local module = entry[2]
    local record = records[module]
    each_field(module, "", function(path, value, _, name)
      if not lab.is_tensor(value) or not (record.parameters[name] or record.buffers[name] or value.requires_grad) then return end
      if value.dtype ~= "float32" and value.dtype ~= "float64" then return end
      local place = path:match("%.(%d+)$")
      if place then rawget(module, name)[tonumber(place)] = turn(value) else rawset(module, name, turn(value)) end
    end)
  end
  return self
end

core.document{
  name = "lab.nn.Module.to", signature = "net:to(dtype)", chapter = "Modules",
  summary = "Turns the parameters and buffers into float32 or float64 in place; returns the module.",
  notes = "Do it before making an optimizer: the parameters are new tensors.",
  example = "local net = lab.nn.Linear(4, 2):to(\"float64\")\nprint(net.weight.dtype)",
}
