-- lab.summary(net, inputs): the tree of modules with the shapes of their outputs, parameters, operations and bytes.
local lab, core = ...
local nn = lab.nn
local records, run = core.modules.records, core.modules.run

local function short(count)
  if count < 10000 then return tostring(count) end
  for _, step in ipairs{ { 1e12, "T" }, { 1e9, "G" }, { 1e6, "M" }, { 1e3, "k" } } do
    if count >= step[1] then return string.format("%.1f%s", count / step[1], step[2]) end
  end
end

local function bytes_text(count)
  if count < 1024 then return count .. " B" end
  if count < 1024 ^ 2 then return string.format("%.1f KB", count / 1024) end
  if count < 1024 ^ 3 then return string.format("%.1f MB", count / 1024 ^ 2) end
  return string.format("%.1f GB", count / 1024 ^ 3)
end

local function bytes_of(tensor)
  local width = { float64 = 8, int64 = 8, float32 = 4, bool = 1 }
  return tensor:numel() * (width[tensor.dtype] or 4)
end

-- Lets every module of the net say what went through it; the function that it gives takes the watchers away again.
local function watch(net, seen)
  local before = {}
  for _, entry in ipairs(net:named_modules()) do
    local module = entry[2]
    local record = records[module]
    if before[module] == nil then
      before[module] = { record.watchers }
      local inner = record.watchers or run
      record.watchers = function(self, ...)
        local start = core.operations()
        local outputs = table.pack(inner(self, ...))
        local found = seen[module] or { calls = 0, operations = 0 }
        found.calls, found.operations = found.calls + 1, found.operations + core.operations() - start
        if lab.is_tensor(outputs[1]) then
          found.shape, found.bytes = core.shape_text(outputs[1]), (found.bytes or 0) + bytes_of(outputs[1])
        end
        seen[module] = found
        return table.unpack(outputs, 1, outputs.n)
      end
    end
  end
  return function()
    for module, kept in pairs(before) do records[module].watchers = kept[1] end
  end
end

local function lines_of(net, seen)
  local rows, told = { { "module", "output", "parameters", "FLOPs", "output bytes" } }, {}
  local function add(module, label, indent)
    local found = seen[module] or {}
    local name = indent .. (label ~= "" and label .. ": " or "") .. module.class_name
    if told[module] then
      rows[#rows + 1] = { name .. " (shown above)", "", "", "", "" }
      return
    end
    told[module] = true
    if (found.calls or 0) > 1 then name = name .. string.format(" (%d calls)", found.calls) end
    local count = module:count()
    rows[#rows + 1] = {
      name, found.shape or "", count > 0 and core.count_text(count) or "", found.calls and short(found.operations) or "not called",
      found.bytes and bytes_text(found.bytes) or "",
    }
    for _, child in ipairs(module:children()) do add(child[2], child[1], indent .. "  ") end
  end
  add(net, "", "")
  local widths = {}
  for _, row in ipairs(rows) do
    for i, cell in ipairs(row) do widths[i] = math.max(widths[i] or 0, #cell) end
  end
  local lines = {}
  for _, row in ipairs(rows) do
    local cells = {}
    for i, cell in ipairs(row) do
      local gap = string.rep(" ", widths[i] - #cell)
      cells[i] = i <= 2 and cell .. gap or gap .. cell
    end
    lines[#lines + 1] = (table.concat(cells, "  "):gsub("%s+$", ""))
  end
  return lines
end

--- lab.summary(net, inputs): runs the net once without gradients and tells, as text, what went through each module.
function lab.summary(net, inputs)
  if not nn.is_module(net) then core.raise("summary: argument 1 (net) must be a module, but is " .. core.describe(net)) end
  if lab.is_tensor(inputs) then inputs = { inputs } end
  if type(inputs) ~= "table" or #inputs == 0 then
    core.raise("summary: argument 2 (inputs) must be a tensor or a table of the net's arguments, as in lab.summary(net, {x}), but is "
      .. core.describe(inputs))
  end
  local seen = {}
  local release = watch(net, seen)
  local was_training = net:is_training()
  net:eval()
  core.start_counting()
  local ok, problem = pcall(lab.no_grad, function() return net(table.unpack(inputs)) end)
  core.stop_counting()
  release()
  net:train(was_training)
  if not ok then error(problem, 0) end
  local lines, parameters, trainable, held = lines_of(net, seen), 0, 0, 0
  for _, tensor in ipairs(net:parameters()) do
    parameters, held = parameters + tensor:numel(), held + bytes_of(tensor)
    if tensor.requires_grad then trainable = trainable + tensor:numel() end
  end
  lines[#lines + 1] = string.format("%s parameters (%s trainable), %s; one call: %s FLOPs", core.count_text(parameters),
    core.count_text(trainable), bytes_text(held), short((seen[net] or { operations = 0 }).operations))
  return table.concat(lines, "\n")
end

core.document{
  name = "lab.summary", signature = "lab.summary(net, inputs)", chapter = "Modules",
  summary = "The tree of modules as text, with the shape and bytes of each output, parameters, and floating-point operations.",
  details = { "net: a module", "inputs: a tensor, or a table of the arguments that the net is called with" },
  notes = "The net runs once, in evaluation mode and without gradients. A multiplication and an addition are two operations; a row includes those of the rows below it.",
  example = "local net = lab.nn.Sequential{ lab.nn.Linear(4, 8), lab.nn.ReLU(), lab.nn.Linear(8, 2) }\nprint(lab.summary(net, {lab.ones{16, 4}}))",
}
