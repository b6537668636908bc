-- Trained vectors before the embeddings of the tokens: net:soft_prompt{length = 8}.
local lab, core = ...
local nn = lab.nn
local Module = nn.Module

local SoftPrompt = nn.class("SoftPrompt")
nn.SoftPrompt = SoftPrompt

function SoftPrompt:init(embedding, length, start)
  local table_ = embedding.weight:detach()
  local prompt
  if start == "vocabulary" then
    prompt = table_:index_select(1, lab.randint({ length }, 1, table_:size(1))):clone()
  else
    prompt = nn.init.normal(lab.zeros({ length, table_:size(2) }, table_.dtype), { std = 0.02 })
  end
  self.prompt = nn.parameter(prompt)
  self.length = length
end

-- output: {batch, time, width}
function SoftPrompt:extend(output)
  if output:dim() ~= 3 then
    core.raise("soft_prompt: needs embeddings {batch, time, width}, found shape " .. core.shape_text(output))
  end
  return lab.cat({ self.prompt:unsqueeze(1):expand{ output:size(1), self.length, output:size(3) }, output }, 2)
end

-- Takes the positions of the prompt out of what the net gives.
local Cut = nn.class("SoftPromptCut")

function Cut:init(length) self.length = length end

function Cut:extend(output, ids)
  if not lab.is_tensor(output) or output:dim() < 2 or not lab.is_tensor(ids) or ids:dim() < 2 then return output end
  if output:size(2) ~= ids:size(2) + self.length then return output end
  return output:narrow(2, self.length + 1, ids:size(2))
end

--- module:soft_prompt{length, on, start}: attaches a soft prompt to the Embedding of the tokens and freezes the rest.
function Module:soft_prompt(options)
  options = core.options(options, { length = core.none, on = "tokens", start = "vocabulary" }, "soft_prompt")
  if options.length == nil then core.raise("soft_prompt: option 'length' is missing") end
  local length = core.whole(options.length, 1, "soft_prompt: option 'length'")
  if options.start ~= "vocabulary" and options.start ~= "normal" then
    core.raise(string.format("soft_prompt: option 'start' must be \"vocabulary\" or \"normal\", but is \"%s\"", options.start))
  end
  local found = core.extendable(self, options.on, "soft_prompt", "Embedding", function(module) return core.is_a(module, nn.Embedding) end)
  if #found > 1 then
    core.raise(string.format("soft_prompt: '%s' matches %d Embeddings, '%s' and '%s' among them; name one", options.on, #found,
      found[1][1], found[2][1]))
  end
  local embedding = found[1][2]
  if rawget(embedding, "soft_prompt") then core.raise("soft_prompt: the net has a soft prompt already") end
  core.extend(embedding, "soft_prompt", SoftPrompt(embedding, length, options.start))
  if embedding ~= self then core.extend(self, "soft_prompt_cut", Cut(length)) end
  core.freeze_rest(self)
  return self
end

core.document{
  name = "lab.nn.SoftPrompt", signature = "lab.nn.SoftPrompt", chapter = "Adapting models",
  summary = "The module that net:soft_prompt attaches to an Embedding: prompt {length, width}.",
  example = "local table = lab.nn.Embedding(10, 4)\ntable:soft_prompt{ length = 2, on = \"**\" }\nprint(table:at(\"soft_prompt.prompt\").shape)",
}
core.document{
  name = "lab.nn.Module.soft_prompt", signature = "net:soft_prompt{length, on = \"tokens\", start = \"vocabulary\"}",
  chapter = "Adapting models",
  summary = "Puts trained vectors before the embeddings of the tokens, freezes everything else, and returns the net.",
  details = {
    "{length}: how many vectors", "{on}: the path of the Embedding whose output {batch, time, width} gets longer",
    "{start}: \"vocabulary\" starts from embeddings drawn at random, \"normal\" from small normal numbers",
  },
  notes = "Where the net gives one output for each position, those of the prompt are taken out again, so that targets stay as they were. The prompt uses up positions of the context. Whole sequences only: with a cache of keys and values, tokens that come later must not get the prompt again.",
  source = "Lester, Al-Rfou and Constant 2021, The Power of Scale for Parameter-Efficient Prompt Tuning",
  example = "local Net = lab.nn.class(\"Net\")\nfunction Net:init() self.tokens, self.head = lab.nn.Embedding(9, 4), lab.nn.Linear(4, 9) end\nfunction Net:forward(ids) return self.head(self.tokens(ids):cumsum(2)) end\nlocal net = Net():soft_prompt{ length = 3 }\nprint(net(lab.tensor({{1, 2}}, \"int64\")).shape, #net:trainable())",
}
