-- Models in Hugging Face's folders: config.json, model.safetensors, tokenizer.json.
local lab, core = ...
local hub = {}
lab.hub = hub
local families = core.hub_families

local function listed(items)
  local shown = {}
  for i = 1, math.min(#items, 3) do shown[i] = "'" .. items[i] .. "'" end
  return table.concat(shown, ", ") .. (#items > 3 and string.format(" and %d more", #items - 3) or "")
end

local function check_folder(folder, name)
  if type(folder) ~= "string" then core.raise(string.format("%s: argument 1 (folder) must be a string, but is %s", name, core.describe(folder))) end
  return folder:sub(-1) == "/" and #folder > 1 and folder:sub(1, -2) or folder
end

local function read_weights(folder)
  local path = folder .. "/model.safetensors"
  if not core.file_exists(path) then
    if core.file_exists(path .. ".index.json") then
      core.raise(string.format("hub.load: %s has its weights in several files (model.safetensors.index.json), wanted one model.safetensors", folder))
    end
    if core.file_exists(folder .. "/pytorch_model.bin") then
      core.raise(string.format("hub.load: %s has pytorch_model.bin, which can run programs when it is read; wanted model.safetensors", folder))
    end
  end
  return lab.load(path), path
end

-- What a weight must look like in the file: the shape of each part of a row.
local function stored_shape(shape, row)
  if row[3] then return { shape[2], shape[1] } end
  local stored = { shape[1] // #row[2] }
  for d = 2, #shape do stored[d] = shape[d] end
  return stored
end

local function same_shape(a, b)
  if #a ~= #b then return false end
  for d = 1, #a do if a[d] ~= b[d] then return false end end
  return true
end

-- Names that belong to no row: an error, unless they are aliases or hold nothing.
local function check_extra(found, names, used, family, memory, path, kind)
  local aliases, extra = family.aliases(memory), {}
  for _, name in ipairs(names) do
    if not used[name] then
      local plain = name:sub(1, #memory.prefix) == memory.prefix and name:sub(#memory.prefix + 1) or name
      local ignored = false
      for _, pattern in ipairs(family.ignored) do ignored = ignored or plain:find(pattern) ~= nil end
      if aliases[name] then
        if not found:get(name):equal(found:get(aliases[name])) then
          core.raise(string.format("hub.load: %s: '%s' differs from '%s', but config.json ties them", path, name, aliases[name]))
        end
      elseif not ignored then
        extra[#extra + 1] = name
      end
    end
  end
  if #extra > 0 then
    core.raise(string.format("hub.load: %s has %s, for which a %s model of this config.json has no place", path, listed(extra), kind))
  end
end

local function own_weights(net, family, memory, found, path, kind)
  local names = found:names()
  local known, used, missing = {}, {}, {}
  for _, name in ipairs(names) do known[name] = true end
  local own = net:weights()
  local paths, tensors = {}, {}
  for i, row in ipairs(family.rows(net, memory)) do
    local shape = stored_shape(own:get(row[1]).shape, row)
    local parts = {}
    for _, name in ipairs(row[2]) do
      if known[name] then
        local tensor = found:get(name)
        if not same_shape(tensor.shape, shape) then
          core.raise(string.format("hub.load: %s: '%s' has shape %s, but config.json wants %s", path, name, core.shape_text(tensor), core.sizes_text(shape)))
        end
        used[name] = true
        parts[#parts + 1] = tensor:to("float32")
      else
        missing[#missing + 1] = name
      end
    end
    if #parts == #row[2] then
      local whole = #parts == 1 and parts[1] or lab.cat(parts, 1)
      paths[#paths + 1], tensors[#tensors + 1] = row[1], row[3] and whole:transpose(1, 2):contiguous() or whole
    end
  end
  if #missing > 0 then
    core.raise(string.format("hub.load: %s has no %s, which a %s model of this config.json needs", path, listed(missing), kind))
  end
  check_extra(found, names, used, family, memory, path, kind)
  return core.weights(paths, tensors)
end

--- lab.hub.load(folder, {dropout}): the model in a folder, and its tokenizer where there is one.
function hub.load(folder, options)
  folder = check_folder(folder, "hub.load")
  options = core.options(options, { dropout = core.none }, "hub.load")
  local config_path = folder .. "/config.json"
  local config = core.hub_config(core.read_json(config_path), config_path, "hub.load")
  local kind = config.text("model_type")
  local family = families[kind]
  if family == nil then
    config.raise(string.format("'model_type' is '%s', wanted 'gpt2' or 'bert'%s", kind, core.near(kind, { "gpt2", "bert" })))
  end
  local found, path = read_weights(folder)
  local names = {}
  for _, name in ipairs(found:names()) do names[name] = true end
  local settings, memory, dropouts = family.options(config, names, function(name) return found:get(name).shape end)
  local chosen
  for key, value in pairs(dropouts) do
    if chosen and chosen ~= value and not options.dropout then
      config.raise("'embd_pdrop' and 'resid_pdrop' differ, but a Transformer has one rate for both; choose it by option 'dropout'")
    end
    chosen = value
  end
  settings.dropout = options.dropout or chosen
  if options.dropout then settings.attention_dropout = options.dropout end
  local net = lab.nn.Transformer(settings)
  net:load(own_weights(net, family, memory, found, path, kind))
  net:optional("hub")
  memory.family = kind
  net.hub = memory
  local tokenizer
  if core.file_exists(folder .. "/tokenizer.json") then
    tokenizer = lab.tokenizer.load(folder .. "/tokenizer.json")
    if tokenizer.vocab > settings.vocab then
      core.raise(string.format("hub.load: %s/tokenizer.json has %d tokens, but 'vocab_size' in config.json is %d", folder, tokenizer.vocab, settings.vocab))
    end
  end
  return net:eval(), tokenizer
end

--- lab.hub.save(net, folder, {tokenizer}): the opposite of load.
function hub.save(net, folder, options)
  if not lab.nn.is_module(net) or getmetatable(net) ~= lab.nn.Transformer then
    core.raise("hub.save: argument 1 (net) must be a lab.nn.Transformer, but is " .. core.describe(net))
  end
  if type(folder) ~= "string" then core.raise("hub.save: argument 2 (folder) must be a string, but is " .. core.describe(folder)) end
  folder = check_folder(folder, "hub.save")
  options = core.options(options, { tokenizer = core.none }, "hub.save")
  if options.tokenizer ~= nil and not core.is_tokenizer(options.tokenizer) then
    core.raise("hub.save: option 'tokenizer' must be a Tokenizer, but is " .. core.describe(options.tokenizer))
  end
  local memory = rawget(net, "hub")
  local kind = memory and memory.family or net.kind == "decoder" and "gpt2" or net.kind == "encoder" and "bert"
  local family = families[kind]
  if not family then core.raise(string.format("hub.save: a model with kind = \"%s\" has no form among Hugging Face's gpt2 and bert models", net.kind)) end
  memory = memory or family.memory(net)
  local config = family.config(net, memory)
  local own = net:weights()
  local names, tensors, used = {}, {}, {}
  local all = {}
  for _, name in ipairs(own:names()) do all[name] = true end
  for _, row in ipairs(family.rows(net, memory)) do
    core.hub_requires(kind, { { all[row[1]], "no '" .. row[1] .. "'" } })
    used[row[1]] = true
    local whole = own:get(row[1])
    local shape = stored_shape(whole.shape, row)
    for i, name in ipairs(row[2]) do
      local part = #row[2] == 1 and whole or whole:narrow(1, (i - 1) * shape[1] + 1, shape[1])
      names[#names + 1], tensors[#tensors + 1] = name, row[3] and part:transpose(1, 2):contiguous() or part:contiguous()
      core.hub_requires(kind, { { same_shape(tensors[#tensors].shape, shape), "'" .. row[1] .. "' of shape " .. core.shape_text(whole) } })
    end
  end
  for _, name in ipairs(own:names()) do core.hub_requires(kind, { { used[name], "'" .. name .. "'" } }) end
  core.make_folder(folder)
  lab.save(folder .. "/model.safetensors", core.weights(names, tensors), { format = "pt" })
  core.write_json(folder .. "/config.json", config)
  if options.tokenizer then core.save_tokenizer(options.tokenizer, folder .. "/tokenizer.json") end
end

core.document{
  name = "lab.hub.load", signature = "local net, tokenizer = lab.hub.load(folder, {dropout})", chapter = "Models",
  summary = "A lab.nn.Transformer from a folder of Hugging Face's: config.json and model.safetensors of model_type gpt2 or bert; its tokenizer where there is a tokenizer.json, else nil.",
  details = {
    "{dropout}: in place of the rates in config.json",
    "gpt2: with or without a head of its own; bert: BertModel, BertForMaskedLM, BertForSequenceClassification",
  },
  notes = "The model is in eval mode. 16-bit weights become float32. Token ids count from 1 here, from 0 in the files. A missing, extra or misshapen weight is an error that names it; BERT's head for next sentences (cls.seq_relationship) and buffers that hold no weights are left out.",
  source = "https://huggingface.co/docs/transformers",
  example = "local net = lab.nn.Transformer{ vocab = 5, width = 8, depth = 1, heads = 2, context = 6, mlp = \"gelu_tanh\" }\nlab.hub.save(net, \"tiny-gpt2\")\nprint(lab.hub.load(\"tiny-gpt2\")(lab.tensor({{1, 5}}, \"int64\")).shape)",
}
core.document{
  name = "lab.hub.save", signature = "lab.hub.save(net, folder, {tokenizer})", chapter = "Models",
  summary = "Writes a lab.nn.Transformer as Hugging Face's folder, with its names and layouts: decoders as gpt2, encoders as bert.",
  details = { "{tokenizer}: written as tokenizer.json" },
  notes = "What was loaded is written back under the same names, bit for bit as float32. A model that these families cannot express is an error that says why.",
  example = "local net = lab.nn.Transformer{ vocab = 5, width = 8, depth = 1, heads = 2, context = 6 }\nlab.hub.save(net, \"tiny\", {tokenizer = lab.tokenizer.characters(\"abcd\", {special = {\"<pad>\"}})})\nprint(select(2, lab.hub.load(\"tiny\")))",
}
