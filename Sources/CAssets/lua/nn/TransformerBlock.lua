-- One layer of a Transformer: attention, attention to a memory where there is one, and the position-wise network, each
-- with its norm and its residual connection.
local lab, core = ...
local nn = lab.nn

local TransformerBlock = nn.class("TransformerBlock")
nn.TransformerBlock = TransformerBlock

core.block_options = {
  heads = core.none, kv_heads = core.none, causal = false, window = core.none, positions = "none", rope = core.none,
  relative = core.none, qk_norm = false, scale = core.none, bias = true, norm = "layer", norm_first = true, eps = core.none,
  mlp = "gelu", mlp_ratio = 4, hidden = core.none, dropout = 0, attention_dropout = 0, cross = false,
}

function TransformerBlock:init(width, options)
  width = core.whole(width, 1, "TransformerBlock: argument 1 (width)")
  options = core.options(options, core.block_options, "TransformerBlock")
  core.one_of(options.norm, { "layer", "rms" }, "TransformerBlock: option 'norm'")
  core.number_in(options.dropout, 0, 1, "TransformerBlock: option 'dropout'")
  local function norm() return core.norm(options.norm, width, options.eps, options.bias) end
  self.norm_first = options.norm_first
  self.attn_norm = norm()
  self.attn = nn.Attention(width, {
    heads = options.heads, kv_heads = options.kv_heads, causal = options.causal, window = options.window,
    positions = options.positions, rope = options.rope, relative = options.relative, qk_norm = options.qk_norm,
    scale = options.scale, bias = options.bias, dropout = options.attention_dropout,
  })
  self:optional("cross_norm")
  self:optional("cross")
  if options.cross then
    self.cross_norm = norm()
    self.cross = nn.Attention(width, {
      heads = options.heads, kv_heads = options.kv_heads, cross = true, qk_norm = options.qk_norm, scale = options.scale,
      bias = options.bias, dropout = options.attention_dropout,
    })
  end
  self.mlp_norm = norm()
  self.mlp = nn.MLP(width, { kind = options.mlp, hidden = options.hidden, ratio = options.mlp_ratio, bias = options.bias })
  self:optional("drop")
  if options.dropout > 0 then self.drop = nn.Dropout(options.dropout) end
end

local call_options = {
  mask = core.none, bias = core.none, cache = core.none, positions = core.none, memory = core.none, memory_mask = core.none,
}

function TransformerBlock:forward(h, options)
  options = core.call_options(options, call_options, "TransformerBlock")
  core.require_tensor(h, "TransformerBlock: argument 1")
  local cache, drop = options.cache, self.drop
  local own
  if options.mask or options.bias or cache or options.positions then
    own = { mask = options.mask, bias = options.bias, cache = cache, positions = options.positions }
  end
  local function residual(norm, layer, given)
    local change
    if self.norm_first then
      change = layer(norm(h), given)
    else
      change = layer(h, given)
    end
    if drop then change = drop(change) end
    h = h + change
    if not self.norm_first then h = norm(h) end
  end
  residual(self.attn_norm, self.attn, own)
  if self.cross then
    if cache and cache.cross == nil then cache.cross = {} end
    residual(self.cross_norm, self.cross, { memory = options.memory, mask = options.memory_mask, cache = cache and cache.cross })
  elseif options.memory then
    core.raise("TransformerBlock: option 'memory' needs cross = true at its making")
  end
  residual(self.mlp_norm, self.mlp)
  return h
end

core.document{
  name = "lab.nn.TransformerBlock",
  signature = "lab.nn.TransformerBlock(width, {heads, norm = \"layer\", norm_first = true, mlp = \"gelu\", dropout = 0, cross = false, ...})",
  chapter = "Layers",
  summary = "One layer of a Transformer: attention and position-wise network with norms and residual connections.",
  formula = "h + attn(norm(h)), then h + mlp(norm(h)); with norm_first = false norm(h + attn(h)), then norm(h + mlp(h))",
  details = {
    "attn_norm, attn, mlp_norm, mlp; with cross = true also cross_norm, cross between them",
    "{mlp, mlp_ratio, hidden}: see lab.nn.MLP; {norm}: layer or rms; {eps}: of the norms",
    "{dropout}: behind attention and network; {attention_dropout}: of the attention weights",
    "{heads, kv_heads, causal, window, positions, rope, relative, qk_norm, scale, bias}: see lab.nn.Attention",
    "block(h, {mask, bias, cache, positions, memory, memory_mask}): see lab.nn.Attention",
  },
  source = "Vaswani et al. 2017, Attention Is All You Need; Xiong et al. 2020, On Layer Normalization in the Transformer Architecture",
  example = "local block = lab.nn.TransformerBlock(16, {heads = 4, causal = true})\nprint(block(lab.randn{2, 5, 16}).shape)",
}
