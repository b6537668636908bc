-- GPT-2: pre-norm decoder, learned positions, one projection for queries, keys and values. Linear weights are stored as
-- {inputs, outputs} (its Conv1D), so they are transposed.
-- From: Radford et al. 2019, Language Models are Unsupervised Multitask Learners; names of Hugging Face's GPT2LMHeadModel.
local lab, core = ...
local gpt2 = {}
core.hub_families.gpt2 = gpt2

gpt2.ignored = { "^h%.%d+%.attn%.bias$", "^h%.%d+%.attn%.masked_bias$" }

function gpt2.options(config, names)
  config.must_be("scale_attn_by_inverse_layer_idx", false)
  config.must_be("add_cross_attention", false)
  local width, heads = config.whole("n_embd", 768), config.whole("n_head", 12)
  local tied = config.flag("tie_word_embeddings", true)
  local options = {
    kind = "decoder", vocab = config.whole("vocab_size", 50257), width = width, depth = config.whole("n_layer", 12), heads = heads,
    context = config.whole("n_positions", 1024), positions = "learned", hidden = config.whole("n_inner", 4 * width),
    mlp = core.hub_activation(config, "activation_function", "gelu_new"), eps = config.number("layer_norm_epsilon", 1e-5),
    tied = tied, scale = not config.flag("scale_attn_weights", true) and 1 or nil,
    attention_dropout = config.number("attn_pdrop", 0.1),
  }
  local dropouts = { embd_pdrop = config.number("embd_pdrop", 0.1), resid_pdrop = config.number("resid_pdrop", 0.1) }
  return options, { prefix = names["transformer.wte.weight"] and "transformer." or "", tied = tied }, dropouts
end

function gpt2.memory(net)
  return { prefix = "transformer.", tied = rawequal(net.head.weight, net.tokens.weight) }
end

function gpt2.rows(net, memory)
  local rows = {}
  local function add(path, name, transposed, plain)
    rows[#rows + 1] = { path, { (plain and "" or memory.prefix) .. name }, transposed }
  end
  local function both(path, name, transposed)
    add(path .. ".weight", name .. ".weight", transposed)
    add(path .. ".bias", name .. ".bias")
  end
  add("tokens.weight", "wte.weight")
  add("positions.weight", "wpe.weight")
  for i = 1, net.depth do
    local own, theirs = "blocks." .. i .. ".", "h." .. (i - 1) .. "."
    both(own .. "attn_norm", theirs .. "ln_1")
    both(own .. "attn.qkv", theirs .. "attn.c_attn", true)
    both(own .. "attn.out", theirs .. "attn.c_proj", true)
    both(own .. "mlp_norm", theirs .. "ln_2")
    both(own .. "mlp.up", theirs .. "mlp.c_fc", true)
    both(own .. "mlp.down", theirs .. "mlp.c_proj", true)
  end
  both("norm", "ln_f")
  if not memory.tied then add("head.weight", "lm_head.weight", false, true) end
  return rows
end

function gpt2.aliases(memory)
  return memory.tied and { ["lm_head.weight"] = memory.prefix .. "wte.weight" } or {}
end

function gpt2.config(net, memory)
  local block = net.blocks[1]
  local fixed, drop = block.attn.fixed, net.drop and net.drop.p or 0
  local activation = core.hub_activation_name(block.mlp.kind)
  core.hub_requires("gpt2", {
    { net.kind == "decoder", "kind = \"" .. net.kind .. "\"" }, { net.position_kind == "learned", net.position_kind .. " positions" },
    { block.norm_first, "norm_first = false" }, { activation, "mlp = \"" .. block.mlp.kind .. "\"" },
    { fixed.window == nil, "a window of attention" }, { fixed.scale == nil or fixed.scale == 1, "a scale of attention of its own" },
    { net.embedding_scale == 1, "scaled embeddings" },
  })
  return {
    { "architectures", { "GPT2LMHeadModel" } }, { "model_type", "gpt2" }, { "activation_function", activation }, { "attn_pdrop", block.attn.p },
    { "embd_pdrop", drop }, { "resid_pdrop", drop }, { "layer_norm_epsilon", block.attn_norm.eps }, { "n_embd", net.width },
    { "n_head", net.heads }, { "n_inner", block.mlp.up.weight:size(1) }, { "n_layer", net.depth }, { "n_positions", net.context },
    { "scale_attn_weights", fixed.scale == nil }, { "tie_word_embeddings", memory.tied }, { "vocab_size", net.vocab },
  }
end
