-- BERT: post-norm encoder with segments and a norm of the embeddings; queries, keys and values are three projections there and
-- one here. Heads: none (BertModel, with or without its pooler), masked language modelling, classification of sequences.
-- From: Devlin et al. 2019, BERT; names of Hugging Face's BertModel, BertForMaskedLM and BertForSequenceClassification.
local lab, core = ...
local bert = {}
core.hub_families.bert = bert

-- The head that tells whether two sentences follow each other has no counterpart.
bert.ignored = { "^embeddings%.position_ids$", "^cls%.seq_relationship%." }

function bert.options(config, names, shape_of)
  config.must_be("is_decoder", false)
  config.must_be("add_cross_attention", false)
  config.must_be("position_embedding_type", "absolute")
  local prefix = names["bert.embeddings.word_embeddings.weight"] and "bert." or ""
  local memory = {
    prefix = prefix, gamma = names[prefix .. "embeddings.LayerNorm.gamma"] == true, tied = config.flag("tie_word_embeddings", true),
    masked_lm = names["cls.predictions.transform.dense.weight"] == true, pooler = names[prefix .. "pooler.dense.weight"] == true,
  }
  local mlp = core.hub_activation(config, "hidden_act", "gelu")
  if memory.masked_lm and mlp ~= "gelu" then
    config.raise(string.format("'hidden_act' is '%s', but the head for masked language modelling supports only 'gelu'", config.values.hidden_act))
  end
  if names["classifier.weight"] then memory.classes = shape_of("classifier.weight")[1] end
  local width = config.whole("hidden_size", 768)
  local options = {
    kind = "encoder", vocab = config.whole("vocab_size", 30522), width = width, depth = config.whole("num_hidden_layers", 12),
    heads = config.whole("num_attention_heads", 12), context = config.whole("max_position_embeddings", 512), positions = "learned",
    hidden = config.whole("intermediate_size", 3072), mlp = mlp, eps = config.number("layer_norm_eps", 1e-12),
    segments = config.whole("type_vocab_size", 2), embedding_norm = true, norm_first = false, tied = memory.tied,
    masked_lm = memory.masked_lm, pooler = memory.pooler, classes = memory.classes,
    attention_dropout = config.number("attention_probs_dropout_prob", 0.1),
  }
  return options, memory, { hidden_dropout_prob = config.number("hidden_dropout_prob", 0.1) }
end

function bert.memory(net)
  local memory = { masked_lm = net.head_transform ~= nil, pooler = net.pooler ~= nil, gamma = false, prefix = net.head and "bert." or "" }
  memory.tied = not memory.masked_lm or rawequal(net.head.weight, net.tokens.weight)
  if net.head and not memory.masked_lm then memory.classes = net.head.weight:size(1) end
  return memory
end

function bert.rows(net, memory)
  local rows = {}
  local weight, bias = "weight", "bias"
  local norm_weight, norm_bias = memory.gamma and "gamma" or weight, memory.gamma and "beta" or bias
  local function add(path, ...) rows[#rows + 1] = { path, { ... }, false } end
  local function both(path, name)
    add(path .. ".weight", name .. ".weight")
    add(path .. ".bias", name .. ".bias")
  end
  local function norm(path, name)
    add(path .. ".weight", name .. "." .. norm_weight)
    add(path .. ".bias", name .. "." .. norm_bias)
  end
  local base = memory.prefix
  add("tokens.weight", base .. "embeddings.word_embeddings.weight")
  add("positions.weight", base .. "embeddings.position_embeddings.weight")
  add("segments.weight", base .. "embeddings.token_type_embeddings.weight")
  norm("embedding_norm", base .. "embeddings.LayerNorm")
  for i = 1, net.depth do
    local own, theirs = "blocks." .. i .. ".", base .. "encoder.layer." .. (i - 1) .. "."
    local attention = theirs .. "attention.self."
    for _, part in ipairs{ weight, bias } do
      add(own .. "attn.qkv." .. part, attention .. "query." .. part, attention .. "key." .. part, attention .. "value." .. part)
    end
    both(own .. "attn.out", theirs .. "attention.output.dense")
    norm(own .. "attn_norm", theirs .. "attention.output.LayerNorm")
    both(own .. "mlp.up", theirs .. "intermediate.dense")
    both(own .. "mlp.down", theirs .. "output.dense")
    norm(own .. "mlp_norm", theirs .. "output.LayerNorm")
  end
  if memory.pooler then both("pooler", base .. "pooler.dense") end
  if memory.masked_lm then
    both("head_transform", "cls.predictions.transform.dense")
    norm("head_norm", "cls.predictions.transform.LayerNorm")
    if not memory.tied then add("head.weight", "cls.predictions.decoder.weight") end
    add("head.bias", "cls.predictions.bias")
  elseif memory.classes then
    both("head", "classifier")
  end
  return rows
end

function bert.aliases(memory)
  if not memory.masked_lm then return {} end
  return {
    ["cls.predictions.decoder.weight"] = memory.tied and memory.prefix .. "embeddings.word_embeddings.weight" or nil,
    ["cls.predictions.decoder.bias"] = "cls.predictions.bias",
  }
end

function bert.config(net, memory)
  local block = net.blocks[1]
  local fixed, drop = block.attn.fixed, net.drop and net.drop.p or 0
  local activation = core.hub_activation_name(block.mlp.kind)
  core.hub_requires("bert", {
    { net.kind == "encoder", "kind = \"" .. net.kind .. "\"" }, { net.position_kind == "learned", net.position_kind .. " positions" },
    { not block.norm_first, "norm_first = true" }, { net.segments, "no segments" }, { net.embedding_norm, "no norm of the embeddings" },
    { activation, "mlp = \"" .. block.mlp.kind .. "\"" }, { fixed.window == nil, "a window of attention" },
    { fixed.scale == nil, "a scale of attention of its own" }, { net.embedding_scale == 1, "scaled embeddings" },
    { not memory.classes or memory.pooler, "classes and no pooler" },
  })
  local architecture = memory.masked_lm and "BertForMaskedLM" or memory.classes and "BertForSequenceClassification" or "BertModel"
  local members = {
    { "architectures", { architecture } }, { "model_type", "bert" }, { "attention_probs_dropout_prob", block.attn.p },
    { "hidden_act", activation }, { "hidden_dropout_prob", drop }, { "hidden_size", net.width },
    { "intermediate_size", block.mlp.up.weight:size(1) }, { "layer_norm_eps", block.attn_norm.eps },
    { "max_position_embeddings", net.context }, { "num_attention_heads", net.heads }, { "num_hidden_layers", net.depth },
    { "tie_word_embeddings", memory.tied }, { "type_vocab_size", net.segments.weight:size(1) }, { "vocab_size", net.vocab },
  }
  if memory.classes then members[#members + 1] = { "num_labels", memory.classes } end
  return members
end
