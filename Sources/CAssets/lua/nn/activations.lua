-- Activations as modules, for Sequential: a row each.
local lab, core = ...
local nn = lab.nn

local rows = {
  { "ReLU", "relu" }, { "Tanh", "tanh" }, { "Sigmoid", "sigmoid" }, { "SiLU", "silu" }, { "Softplus", "softplus" },
}
for _, row in ipairs(rows) do
  local name, operation = row[1], row[2]
  local class = nn.class(name)
  nn[name] = class
  function class:forward(x) return lab[operation](x) end
  core.document{
    name = "lab.nn." .. name, signature = "lab.nn." .. name .. "()", chapter = "Layers",
    summary = "The function lab." .. operation .. " as a module.", example = "print(lab.nn." .. name .. "()(lab.tensor{-1, 0, 2}))",
  }
end

local GELU = nn.class("GELU")
nn.GELU = GELU

function GELU:init(options)
  self.approximate = core.options(options, { approximate = "none" }, "GELU").approximate
end

function GELU:forward(x) return lab.gelu(x, { approximate = self.approximate }) end

core.document{
  name = "lab.nn.GELU", signature = "lab.nn.GELU({approximate = \"none\"})", chapter = "Layers",
  summary = "The function lab.gelu as a module.", example = "print(lab.nn.GELU()(lab.tensor{-1, 0, 2}))",
}

local Softmax = nn.class("Softmax")
nn.Softmax = Softmax

function Softmax:init(dim) self.dim = dim or -1 end

function Softmax:forward(x) return x:softmax(self.dim) end

core.document{
  name = "lab.nn.Softmax", signature = "lab.nn.Softmax([dim])", chapter = "Layers",
  summary = "The function lab.softmax as a module; the last dimension unless given.", example = "print(lab.nn.Softmax()(lab.tensor{1, 2}))",
}

local Identity = nn.class("Identity")
nn.Identity = Identity

function Identity:forward(x) return x end

core.document{
  name = "lab.nn.Identity", signature = "lab.nn.Identity()", chapter = "Layers",
  summary = "Gives back what it gets; a place for hooks.", example = "print(lab.nn.Identity()(lab.ones{2}))",
}

local Flatten = nn.class("Flatten")
nn.Flatten = Flatten

function Flatten:forward(x) return x:reshape{ x:size(1), -1 } end

core.document{
  name = "lab.nn.Flatten", signature = "lab.nn.Flatten()", chapter = "Layers",
  summary = "Joins all dimensions but the first.", example = "print(lab.nn.Flatten()(lab.zeros{2, 3, 4}).shape)",
}
