-- Modules one after another.
local lab, core = ...
local nn = lab.nn

local Sequential = nn.class("Sequential")
nn.Sequential = Sequential

function Sequential:init(layers)
  if type(layers) ~= "table" or nn.is_module(layers) then
    core.raise("Sequential: argument 1 must be a table of modules, as in lab.nn.Sequential{a, b}, but is " .. core.describe(layers))
  end
  for i, layer in ipairs(layers) do
    if not nn.is_module(layer) and type(layer) ~= "function" then
      core.raise(string.format("Sequential: entry %d must be a module or a function, but is %s", i, core.describe(layer)))
    end
    self[tostring(i)] = layer
  end
  self.length = #layers
end

function Sequential:forward(x)
  for i = 1, self.length do x = self[tostring(i)](x) end
  return x
end

function Sequential:note()
  return self.length == 0 and "(empty)" or ""
end

core.document{
  name = "lab.nn.Sequential", signature = "lab.nn.Sequential{a, b, ...}", chapter = "Layers",
  summary = "Modules (or functions) one after another: the output of each is the input of the next.",
  notes = "The modules are called \"1\", \"2\", ... in paths, as in net:freeze(\"1.*\").",
  example = "local net = lab.nn.Sequential{ lab.nn.Linear(4, 8), lab.nn.ReLU(), lab.nn.Linear(8, 2) }\nprint(net)\nprint(net(lab.ones{3, 4}).shape)",
}
