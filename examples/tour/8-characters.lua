-- %% [markdown]
-- # A model of characters
-- A decoder learns to guess the next character of a text, and then writes on by itself. With a text of your own:
-- `perilune run 8-characters.lua --set file=book.txt --set steps=2000`
-- %%
local P = lab.recipe {
  id = "tour-characters", theme = "tour",
  params = { file = "", steps = 300, context = 64, width = 96, depth = 3, lr = 3e-3 },
  smoke = { steps = 2, width = 16, depth = 1 },
}

-- %% [markdown]
-- Without a file: sentences of a tiny language, in which verbs agree with their subjects and stories repeat a name.
-- %%
local function stories(count, rng)
  local function pick(list) return list[rng:integer(1, #list)] end
  local names, things = { "Anna", "Otto", "Mia", "Emil" }, { "stone", "bird", "boat", "apple", "lamp" }
  local colours, lines = { "red", "small", "old", "shiny" }, {}
  for i = 1, count do
    local name, thing, many = pick(names), pick(things), rng:integer(1, 2) == 2
    lines[i] = many
      and string.format("%s sees some %s %ss. The %ss are near. %s takes them.\n", name, pick(colours), thing, thing, name)
      or string.format("%s sees one %s %s. The %s is near. %s takes it.\n", name, pick(colours), thing, thing, name)
  end
  return table.concat(lines)
end

local text = P.file ~= "" and lab.data.text(P.file) or stories(1000, lab.rng(1))
print(#text .. " bytes, beginning with: " .. text:match("[^\n]*"))

-- %% [markdown]
-- Each character is a token. Windows of the text are the examples; the last tenth stays unseen.
-- %%
local tok = lab.tokenizer.characters(text)
local ids = tok:encode(text)
local seen = math.floor(#ids * 0.9)
local train = lab.data.windows(ids[{ { 1, seen } }], P.context)
local test = lab.data.windows(ids[{ { seen + 1, -1 } }], P.context)
print(tok, #train .. " windows to learn from")

-- %%
local net = lab.nn.Transformer{ vocab = tok.vocab, width = P.width, depth = P.depth, heads = 4, context = P.context }
local opt = lab.optim.AdamW(net, { lr = P.lr })
local rate = lab.schedule.cosine{ lr = P.lr, steps = P.steps }

-- Bits per character: what it costs to write the unseen text down with this model. 8 without any.
local function bits()
  return lab.no_grad(function()
    local sum, count = 0, 0
    for _, batch in test:batches(64) do
      sum = sum + lab.nn.cross_entropy(net(batch.x), batch.y, { reduce = "sum" }):item()
      count = count + batch.y:numel()
    end
    return sum / count / math.log(2)
  end)
end

for step, batch in train:batches(16, { steps = P.steps, rng = lab.rng(2) }) do
  opt.lr = rate(step)
  local loss = opt:minimize(lab.nn.cross_entropy(net(batch.x), batch.y), { clip = 1 })
  if step % 100 == 0 then print(step, string.format("loss %.3f", loss)) end
end
print(string.format("unseen text: %.3f bits per character", bits()))

-- %% [markdown]
-- The model writes on. Low temperatures take fewer risks; `slide` lets it go beyond the context.
-- %%
local prompt = text:sub(1, 8)
local written = net:generate(tok:encode(prompt), { max = 200, temperature = 0.7, slide = true, rng = lab.rng(3) })
print(prompt .. tok:decode(written))
