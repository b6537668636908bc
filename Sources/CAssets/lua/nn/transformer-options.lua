-- The options of a Transformer: known names, defaults by kind, and checks of what belongs together.
local lab, core = ...

local kinds = { "decoder", "encoder", "encoder_decoder", "vit" }
local position_kinds = { "none", "learned", "sinusoidal", "rope", "alibi", "relative" }

local defaults = {
  kind = "decoder", vocab = core.none, width = core.none, depth = core.none, heads = core.none, kv_heads = core.none,
  context = core.none, mlp = "gelu", mlp_ratio = 4, hidden = core.none, norm = "layer", norm_first = true, eps = core.none,
  positions = core.none, rope = core.none, relative = core.none, window = core.none, qk_norm = false, scale = core.none,
  dropout = 0, attention_dropout = 0, bias = true, tied = true, start = 1, encoder_depth = core.none,
  classes = core.none, pool = core.none, segments = core.none, embedding_norm = false, embedding_scale = core.none,
  final_norm = core.none, masked_lm = false, pooler = false, std = 0.02, image = core.none, patch = core.none, channels = 1,
}

-- Options that only some kinds have.
local belongs = {
  segments = { encoder = true }, masked_lm = { encoder = true }, pooler = { encoder = true },
  classes = { encoder = true, vit = true }, pool = { encoder = true, vit = true },
  image = { vit = true }, patch = { vit = true }, channels = { vit = true },
  start = { encoder_decoder = true }, encoder_depth = { encoder_decoder = true },
}

local function require_divides(options, part, whole)
  if options[whole] % options[part] ~= 0 then
    core.raise(string.format("Transformer: option '%s' must divide '%s', but %s = %d and %s = %d", part, whole, part,
      options[part], whole, options[whole]))
  end
end

--- The options of a Transformer, complete and checked.
function core.transformer_options(given)
  local options = core.options(given, defaults, "Transformer")
  core.one_of(options.kind, kinds, "Transformer: option 'kind'")
  for name, fits in pairs(belongs) do
    if given[name] ~= nil and not fits[options.kind] then
      core.raise(string.format("Transformer: option '%s' has no meaning with kind = \"%s\"", name, options.kind))
    end
  end
  local function whole(key) options[key] = core.required_whole(options, key, 1, "Transformer") end
  local function optional_whole(key) if options[key] ~= nil then whole(key) end end
  for _, key in ipairs{ "width", "depth", "heads" } do whole(key) end
  for _, key in ipairs{ "kv_heads", "context", "hidden", "window", "classes", "segments", "encoder_depth" } do optional_whole(key) end
  core.whole_up_to(options.depth, 1, 65536, "Transformer: option 'depth'")
  require_divides(options, "heads", "width")
  options.kv_heads = options.kv_heads or options.heads
  require_divides(options, "kv_heads", "heads")
  core.one_of(options.mlp, core.mlp_kinds, "Transformer: option 'mlp'")
  core.one_of(options.norm, { "layer", "rms" }, "Transformer: option 'norm'")
  for _, key in ipairs{ "dropout", "attention_dropout" } do core.number_in(options[key], 0, 1, "Transformer: option '" .. key .. "'") end
  core.number_in(options.std, 0, nil, "Transformer: option 'std'")
  if options.eps then core.number_in(options.eps, 0, nil, "Transformer: option 'eps'") end
  if options.kind == "vit" then
    if options.vocab ~= nil then core.raise("Transformer: option 'vocab' has no meaning with kind = \"vit\"") end
    core.image_options(options)
  else
    whole("vocab")
  end
  if options.positions == nil then
    options.positions = (options.context or options.kind == "vit") and "learned" or "rope"
  end
  core.one_of(options.positions, position_kinds, "Transformer: option 'positions'")
  if options.positions == "learned" and options.kind ~= "vit" and options.context == nil then
    core.raise("Transformer: option 'context' is missing: learned positions need the greatest length")
  end
  for name, owner in pairs{ rope = "rope", relative = "relative" } do
    if options[name] ~= nil and options.positions ~= owner then
      core.raise(string.format("Transformer: option '%s' needs positions = \"%s\", but positions = \"%s\"", name, owner, options.positions))
    end
  end
  if options.pool then core.one_of(options.pool, { "first", "mean" }, "Transformer: option 'pool'") end
  if options.masked_lm and options.classes then
    core.raise("Transformer: options 'masked_lm' and 'classes' exclude each other: a model has one head")
  end
  if options.kind == "encoder_decoder" then
    options.start = core.whole(options.start, 1, "Transformer: option 'start'")
    if options.start > options.vocab then
      core.raise(string.format("Transformer: option 'start' is %d, beyond vocab = %d", options.start, options.vocab))
    end
  end
  -- The residual stream of pre-norm layers is not normalised by the last of them.
  if options.final_norm == nil then options.final_norm = options.norm_first end
  return options
end

--- The image's sizes in patches: `image` and `patch` are a number or {height, width}.
function core.image_options(options)
  local function pair(key)
    local value = options[key]
    if value == nil then core.raise(string.format("Transformer: option '%s' is missing", key)) end
    if type(value) ~= "table" then value = { value, value } end
    for i = 1, 2 do core.whole(value[i], 1, string.format("Transformer: option '%s'", key)) end
    return value
  end
  local image, patch = pair("image"), pair("patch")
  options.channels = core.whole(options.channels, 1, "Transformer: option 'channels'")
  for i = 1, 2 do
    if image[i] % patch[i] ~= 0 then
      core.raise(string.format("Transformer: option 'patch' must divide 'image', but patch = %s and image = %s",
        core.sizes_text(patch), core.sizes_text(image)))
    end
  end
  options.image, options.patch = image, patch
  options.context = image[1] // patch[1] * (image[2] // patch[2]) + 1
end
