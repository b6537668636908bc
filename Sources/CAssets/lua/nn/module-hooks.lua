-- Looking into modules while they run: hooks and traces.
local lab, core = ...
local Module, records, run = lab.nn.Module, core.modules.records, core.modules.run

-- Hooks. A watched module runs through its record's watchers; others pay nothing.

local function watch(module, wrap)
  local record = records[module]
  local before = record.watchers
  record.watchers = function(self, ...)
    return wrap(before or run, self, ...)
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

--- module:with_hook(pattern, hook, f): calls f while the output of every matching module passes through hook(output, path);
-- of several outputs the first. A hook that returns nothing only looks.
function Module:with_hook(pattern, hook, f)
  local releases = {}
  for _, entry in ipairs(matching(self, pattern)) do
    releases[#releases + 1] = watch(entry[2], function(inner, m, ...)
      local outputs = table.pack(inner(m, ...))
      local other = hook(outputs[1], entry[1])
      if other ~= nil then outputs[1] = other end
      return table.unpack(outputs, 1, outputs.n)
    end)
  end
  return releasing(releases, f)
end

--- module:trace(x, patterns, ...): the output for x (and further arguments), and the outputs of all matching modules by path.
function Module:trace(x, patterns, ...)
  local releases, found = {}, {}
  if type(patterns) == "string" then patterns = { patterns } end
  for _, pattern in ipairs(patterns or { "**" }) do
    for _, entry in ipairs(matching(self, pattern)) do
      releases[#releases + 1] = watch(entry[2], function(inner, m, ...)
        local outputs = table.pack(inner(m, ...))
        found[entry[1]] = outputs[1]
        return table.unpack(outputs, 1, outputs.n)
      end)
    end
  end
  local further = table.pack(...)
  local output = releasing(releases, function() return self(x, table.unpack(further, 1, further.n)) end)
  return output, found
end

core.document{
  name = "lab.nn.Module.with_hook", signature = "net:with_hook(pattern, hook, f)", chapter = "Modules",
  summary = "Calls f while the output of every matching module passes through hook(output, path).",
  example = "local net = lab.nn.Sequential{ lab.nn.Linear(4, 8), lab.nn.ReLU(), lab.nn.Linear(8, 2) }\nnet:with_hook(\"2\", function(h) return h * 0 end, function() print(net(lab.ones{1, 4})) end)",
}
core.document{
  name = "lab.nn.Module.trace", signature = "net:trace(x, patterns, ...)", chapter = "Modules",
  summary = "The output for x (and further arguments of the module), and the outputs of all matching modules by path.",
  example = "local net = lab.nn.Sequential{ lab.nn.Linear(4, 8), lab.nn.ReLU(), lab.nn.Linear(8, 2) }\nlocal y, inside = net:trace(lab.ones{1, 4}, {\"1\"})\nprint(inside[\"1\"].shape)",
}
