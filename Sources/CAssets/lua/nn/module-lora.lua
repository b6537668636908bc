-- Low-rank changes of frozen layers: net:lora{rank = 4, on = "blocks.*.attn"}.
local lab, core = ...
local nn = lab.nn
local Module = nn.Module

local LoRA = nn.class("LoRA")
nn.LoRA = LoRA

-- The change of a weight {rows, columns} is scale * up {rows, rank} * down {rank, columns}; up starts at 0.
function LoRA:init(weight, rank, options)
  local rows, columns = weight:size(1), weight:size(2)
  self.rank, self.scale, self.dropout, self.merged = rank, (options.alpha or rank) / rank, options.dropout, false
  self.by_id = options.by_id
  local bound = 1 / math.sqrt(columns)
  self.down = nn.parameter(nn.init.uniform(lab.zeros({ rank, columns }, weight.dtype), { low = -bound, high = bound }))
  self.up = nn.parameter(lab.zeros({ rows, rank }, weight.dtype))
end

function LoRA:change() return self.up:matmul(self.down) * self.scale end

function LoRA:extend(output, x)
  if self.merged then return output end
  if self.by_id then return output + nn.embedding(x, self.up):matmul(self.down) * self.scale end
  if self.dropout > 0 and self:is_training() then x = x * core.dropout_mask(x, self.dropout) end
  return output + nn.linear(nn.linear(x, self.down), self.up) * self.scale
end

function LoRA:note()
  return string.format("rank %d, scale %g%s", self.rank, self.scale, self.merged and ", merged" or "")
end

--- module:lora{rank, alpha, on, dropout, embeddings}: attaches LoRA to the matching layers and freezes the rest.
function Module:lora(options)
  options = core.options(options, {
    rank = core.none, alpha = core.none, on = core.none, dropout = 0, embeddings = false,
  }, "lora")
  if options.rank == nil then core.raise("lora: option 'rank' is missing") end
  local rank = core.whole(options.rank, 1, "lora: option 'rank'")
  if options.alpha ~= nil and (type(options.alpha) ~= "number" or options.alpha <= 0) then
    core.raise("lora: option 'alpha' must be a number above 0, but is " .. core.describe(options.alpha))
  end
  if options.dropout < 0 or options.dropout >= 1 then
    core.raise("lora: option 'dropout' must be a number from 0 to below 1, but is " .. core.describe(options.dropout))
  end
  local what = options.embeddings and "Linear or Embedding" or "Linear"
  local holders = {}                                                   -- a tied head would change the embedding too
  for _, entry in ipairs(self:named_modules()) do
    local weight = rawget(entry[2], "weight")
    if weight then holders[weight] = (holders[weight] or 0) + 1 end
  end
  local found = core.extendable(self, options.on or "**", "lora", what, function(module)
    local fits = core.is_a(module, nn.Linear) or options.embeddings and core.is_a(module, nn.Embedding)
    return fits and (options.on or holders[module.weight] == 1)
  end)
  for _, entry in ipairs(found) do                                     -- all are checked before any changes
    local path, layer = entry[1], entry[2]
    local shown = path == "" and layer.class_name or path
    if rawget(layer, "lora") then core.raise(string.format("lora: '%s' has LoRA already; net:remove_lora() takes it away", shown)) end
    local rows, columns = layer.weight:size(1), layer.weight:size(2)
    if rank > math.min(rows, columns) then
      core.raise(string.format("lora: rank %d is larger than '%s' allows: its weight is {%d, %d}, so %d at most", rank, shown,
        rows, columns, math.min(rows, columns)))
    end
  end
  for _, entry in ipairs(found) do
    local layer = entry[2]
    core.extend(layer, "lora", LoRA(layer.weight, rank, {
      alpha = options.alpha, dropout = options.dropout, by_id = core.is_a(layer, nn.Embedding),
    }))
  end
  core.freeze_rest(self)
  return self
end

local function all(net, name)
  local list = core.extended(net, "lora")
  if #list == 0 then core.raise(name .. ": the net has no LoRA; net:lora{rank = 4} attaches it") end
  return list
end

local function add(layer, lora, sign)
  lab.no_grad(function()
    local weight = layer.weight:detach():to("float64")
    layer.weight:copy_((weight + lora.up:detach():to("float64"):matmul(lora.down:detach():to("float64")) * (sign * lora.scale))
      :to(layer.weight.dtype))
  end)
end

--- module:merge_lora(): adds the low-rank changes to the weights; the net computes the same, without the extra products.
function Module:merge_lora()
  for _, entry in ipairs(all(self, "merge_lora")) do
    if not entry[3].merged then add(entry[2], entry[3], 1) end
    entry[3].merged = true
  end
  return self
end

--- module:unmerge_lora(): takes them out of the weights again.
function Module:unmerge_lora()
  for _, entry in ipairs(all(self, "unmerge_lora")) do
    if entry[3].merged then add(entry[2], entry[3], -1) end
    entry[3].merged = false
  end
  return self
end

--- module:remove_lora(): takes LoRA away; changes that were merged stay in the weights.
function Module:remove_lora()
  for _, entry in ipairs(all(self, "remove_lora")) do core.detach(entry[2], "lora") end
  return self
end

local function lora_names(net)
  local names, tensors = {}, {}
  for _, entry in ipairs(all(net, "lora_weights")) do
    local prefix = (entry[1] == "" and "" or entry[1] .. ".") .. "lora."
    for _, field in ipairs{ "down", "up" } do
      names[#names + 1], tensors[#tensors + 1] = prefix .. field, entry[3][field]
    end
  end
  return names, tensors
end

--- module:lora_weights(): the low-rank factors alone, as weights that can be saved.
function Module:lora_weights()
  local names, tensors = lora_names(self)
  for i, tensor in ipairs(tensors) do tensors[i] = tensor:detach():clone() end
  return core.weights(names, tensors)
end

--- module:load_lora(weights): copies low-rank factors into those of the net; names and shapes must agree.
function Module:load_lora(weights)
  core.require_same_weights(weights, self:lora_weights())
  local names, tensors = lora_names(self)
  for _, entry in ipairs(all(self, "load_lora")) do
    if entry[3].merged then
      core.raise("load_lora: the LoRA of the net is merged into its weights; call net:unmerge_lora() first")
    end
  end
  lab.no_grad(function()
    for i, name in ipairs(names) do tensors[i]:copy_(weights[name]) end
  end)
  return self
end

local net = "local net = lab.nn.Sequential{ lab.nn.Linear(4, 8), lab.nn.ReLU(), lab.nn.Linear(8, 2) }\n"
core.document{
  name = "lab.nn.Module.lora", chapter = "Adapting models",
  signature = "net:lora{rank, alpha = rank, on = every layer, dropout = 0, embeddings = false}",
  summary = "Attaches low-rank changes to the matching layers, freezes everything else, and returns the net.",
  formula = "y = x W^T + b + alpha / rank * x down^T up^T, with down {rank, inputs} random and up {outputs, rank} 0 at first",
  details = {
    "{rank}: of the change; at most the smaller size of each layer's weight", "{alpha}: the change is scaled by alpha / rank",
    "{on}: a pattern over module paths, or a list; one that names a container reaches the Linears in it",
    "  Without it, all Linears but those whose weight another module shares, such as a tied head: name them to have them.",
    "{dropout}: on the input of the change, in training", "{embeddings}: Embeddings, too",
  },
  notes = "net:trainable() are the new factors; they stand below each layer as lora.down and lora.up. What else should be trained is unfrozen after.",
  source = "Hu et al. 2022, LoRA: Low-Rank Adaptation of Large Language Models",
  example = net .. "net:lora{ rank = 2, on = \"1\" }\nprint(net, #net:trainable())",
}
core.document{
  name = "lab.nn.Module.merge_lora", signature = "net:merge_lora()", chapter = "Adapting models",
  summary = "Adds the low-rank changes to the weights, computed in float64; the outputs stay the same, to rounding.",
  notes = "To end with a plain model: net:merge_lora():remove_lora().",
  example = net .. "net:lora{ rank = 2 }\nprint(net:merge_lora():remove_lora())",
}
core.document{
  name = "lab.nn.Module.unmerge_lora", signature = "net:unmerge_lora()", chapter = "Adapting models",
  summary = "Takes merged low-rank changes out of the weights again, exact to rounding.",
  example = net .. "net:lora{ rank = 2 }\nnet:merge_lora():unmerge_lora()",
}
core.document{
  name = "lab.nn.Module.remove_lora", signature = "net:remove_lora()", chapter = "Adapting models",
  summary = "Takes LoRA away; changes that were merged stay in the weights. Parameters stay frozen as they are.",
  example = net .. "net:lora{ rank = 2 }\nprint(net:remove_lora():count())",
}
core.document{
  name = "lab.nn.Module.lora_weights", signature = "net:lora_weights()", chapter = "Adapting models",
  summary = "The low-rank factors alone, as weights: to save, to merge, to load into another copy of the base.",
  example = net .. "net:lora{ rank = 2 }\nlab.save(\"lora.safetensors\", net:lora_weights())\nnet:load_lora(lab.load(\"lora.safetensors\"))",
}
core.document{
  name = "lab.nn.Module.load_lora", signature = "net:load_lora(weights)", chapter = "Adapting models",
  summary = "Copies low-rank factors into those of a net to which the same LoRA was attached.",
  example = net .. "net:lora{ rank = 2 }\nnet:load_lora(net:lora_weights() * 0.5)",
}
core.document{
  name = "lab.nn.LoRA", signature = "lab.nn.LoRA", chapter = "Adapting models",
  summary = "The module that net:lora attaches to a layer: factors up and down, rank, scale, and whether they are merged.",
  example = net .. "net:lora{ rank = 2 }\nprint(net:at(\"1.lora\"):change().shape)",
}
