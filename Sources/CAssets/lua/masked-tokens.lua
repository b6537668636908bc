-- Masked language modelling: which tokens a model must restore.
local lab, core = ...

local function share(options, name)
  local value = options[name]
  if value < 0 or value > 1 then
    core.raise(string.format("mask_tokens: option '%s' must be a number from 0 to 1, but is %s", name, core.describe(value)))
  end
  return value
end

--- lab.data.mask_tokens(ids, {mask, vocab, ...}): inputs with hidden tokens, and targets that are 0 where nothing is hidden.
function lab.data.mask_tokens(ids, options)
  options = core.options(options, {
    mask = core.none, vocab = core.none, rate = 0.15, keep = 0.1, random = 0.1, special = {}, rng = core.none,
  }, "mask_tokens")
  if not lab.is_tensor(ids) or ids.dtype ~= "int64" then
    core.raise("mask_tokens: argument 1 (ids) must be an int64 Tensor, but is "
      .. (lab.is_tensor(ids) and ids.dtype or core.describe(ids)))
  end
  for _, name in ipairs{ "mask", "vocab" } do
    if options[name] == nil then core.raise(string.format("mask_tokens: option '%s' is missing", name)) end
    core.whole(options[name], 1, "mask_tokens: option '" .. name .. "'")
  end
  local rate, keep, random = share(options, "rate"), share(options, "keep"), share(options, "random")
  if keep + random > 1 then
    core.raise(string.format("mask_tokens: 'keep' (%g) and 'random' (%g) must not be more than 1 together", keep, random))
  end
  local draw = options.rng and { rng = options.rng } or nil
  local chosen = lab.rand(ids.shape, draw):lt(rate)
  for _, id in ipairs(options.special) do chosen = chosen:logical_and(ids:ne(id)) end
  local fate = lab.rand(ids.shape, draw)
  local other = lab.randint(ids.shape, 1, options.vocab, draw)
  local replaced = fate:lt(random):where(other, ids)
  local hidden = fate:ge(random + keep):where(lab.full(ids.shape, options.mask, "int64"), replaced)
  return chosen:where(hidden, ids), chosen:where(ids, lab.zeros(ids.shape, "int64"))
end

core.document{
  name = "lab.data.mask_tokens",
  signature = "lab.data.mask_tokens(ids, {mask, vocab, rate = 0.15, keep = 0.1, random = 0.1, special = {}, rng})",
  chapter = "Data",
  summary = "Hides tokens for masked language modelling: gives the inputs, and the targets, which are 0 where nothing is to be restored.",
  details = {
    "{mask}: the id that stands for a hidden token", "{vocab}: how many ids there are", "{rate}: the share that is to be restored",
    "{keep}: of those, the share that stays visible", "{random}: of those, the share that becomes any id",
    "{special}: ids that are never chosen, such as padding", "{rng}: the source of random numbers",
  },
  notes = "The loss is lab.nn.cross_entropy(net(inputs), targets, {ignore = 0}).",
  source = "Devlin et al. 2019, BERT: Pre-training of Deep Bidirectional Transformers",
  example = "local ids = lab.randint({2, 8}, 1, 20)\nlocal inputs, targets = lab.data.mask_tokens(ids, {mask = 21, vocab = 21})\nprint(inputs, targets)",
}
