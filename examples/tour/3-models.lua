-- %% [markdown]
-- # Models
-- Layers are functions with parameters. `Sequential` joins them; a class of one's own is plain Lua.
-- %%
local net = lab.nn.Sequential{ lab.nn.Linear(8, 16), lab.nn.ReLU(), lab.nn.Linear(16, 3) }
print(net)
print(net(lab.randn{ 5, 8 }).shape)

-- %%
local Block = lab.nn.class("Block")

function Block:init(width)
  self.norm = lab.nn.LayerNorm(width)
  self.up = lab.nn.Linear(width, 4 * width)
  self.down = lab.nn.Linear(4 * width, width)
end

function Block:forward(h)
  return h + self.down(self.up(self.norm(h)):gelu())
end

local block = Block(4)
print(block)

-- %% [markdown]
-- Parameters have names: their paths. Patterns over the names freeze parts of a model.
-- %%
block:freeze("norm.*")
for _, entry in ipairs(block:named_parameters()) do
  print(entry[1], entry[2].shape, entry[2].requires_grad)
end

-- %% [markdown]
-- The weights of a model are a value: they can be added, scaled, compared and saved.
-- %%
local before = block:weights()
local halfway = before * 0.5 + Block(4):weights() * 0.5
print(halfway:norm() < before:norm() + 10, before:cos(before))
block:load(halfway)

-- %% [markdown]
-- Look inside: the outputs of modules by their paths.
-- %%
local output, inside = block:trace(lab.randn{ 2, 4 }, { "up", "down" })
print(inside.up.shape, inside.down.shape)
