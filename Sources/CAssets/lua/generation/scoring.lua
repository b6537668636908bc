-- Log-probabilities of given sequences: per token, per continuation, and as a loss.
local lab, core = ...
local nn, Transformer = lab.nn, lab.nn.Transformer

local none = { ignore = 0, reduce = "none" }

local function filled(ids) return ids:maximum(1) end

local function require_tokens(net, name)
  if net.vocab == nil or net.head == nil or (net.kind == "encoder" and net.head_transform == nil) then
    core.raise(string.format("%s: a Transformer of kind \"%s\" without a head over tokens gives no probabilities of tokens", name, net.kind))
  end
end

local function is_rows(value)
  return lab.is_tensor(value) and value.dtype == "int64" and value:dim() == 2
end

-- The losses {batch, length} of the tokens of `predict` behind those of `given`, as lists of ids.
local function rows_after(net, given, predict)
  if #given ~= #predict then
    core.raise(string.format("log_probs: there are %d sequences to predict, but %d are given", #predict, #given))
  end
  local whole, lengths = {}, core.row_lengths(predict)
  for i = 1, #given do whole[i] = core.joined(given[i], predict[i]) end
  local ids = core.pack_rows(whole, 1)
  if lengths == 0 then return lab.zeros{ #given, 0 } end
  local h = net:hidden(ids:narrow(2, 1, math.max(ids:size(2) - 1, 1)))
  local columns = h:size(2)
  -- Only the hidden states before predicted tokens go through the head.
  local places, labels, spots = {}, {}, {}
  for i = 1, #given do
    spots[i] = {}
    for k = 1, lengths do
      local before = #given[i] + k - 1
      if predict[i][k] and before >= 1 then
        places[#places + 1], labels[#labels + 1] = (i - 1) * columns + before, predict[i][k]
        spots[i][k] = #places
      else
        spots[i][k] = 0
      end
    end
  end
  if #places == 0 then return lab.zeros{ #given, lengths } end
  local chosen = h:reshape{ -1, net.width }:index_select(1, lab.tensor(places, "int64"))
  local losses = nn.cross_entropy(net:readout(chosen), lab.tensor(labels, "int64"), none)
  local with_zero = lab.cat({ losses, lab.zeros({ 1 }, losses.dtype) }, 1)
  for _, row in ipairs(spots) do
    for k = 1, lengths do if row[k] == 0 then row[k] = #places + 1 end end
  end
  return with_zero:index_select(1, lab.tensor(spots, "int64"):reshape{ -1 }):reshape{ #given, lengths }
end

-- The losses {batch, length} of an encoder-decoder's targets.
local function targets_after(net, source, target)
  local sources = core.token_rows(source, "log_probs: argument 1 (given)")
  local targets = core.token_rows(target, "log_probs: argument 2 (predict)")
  core.check_rows(sources, net.vocab, "log_probs: argument 1 (given)")
  core.check_rows(targets, net.vocab, "log_probs: argument 2 (predict)")
  local longest, shortest = core.row_lengths(sources)
  local ids, labels = core.pack_rows(sources, 0), core.pack_rows(targets, 0)
  local inputs = lab.cat({ lab.full({ #targets, 1 }, net.start, "int64"), filled(labels:narrow(2, 1, labels:size(2) - 1)) }, 2)
  local logits = net(filled(ids), inputs, { source_mask = longest > shortest and ids:ne(0) or nil })
  return nn.cross_entropy(logits, labels, none)
end

-- The losses of single tokens, 0 where there is none.
local function token_losses(net, given, predict)
  require_tokens(net, "log_probs")
  if net.kind == "encoder" then
    if predict == nil or not is_rows(given) or not is_rows(predict) or core.shape_text(given) ~= core.shape_text(predict) then
      core.raise("log_probs: a masked language model needs int64 {batch, length} tokens, and as many to predict (0 where none is)")
    end
    return nn.cross_entropy(net(filled(given), { mask = given:ne(0) }), predict, none)
  end
  if net.kind == "encoder_decoder" then
    if predict == nil then core.raise("log_probs: an encoder-decoder needs what is given and what is to be predicted") end
    return targets_after(net, given, predict)
  end
  if predict == nil then
    if not is_rows(given) then
      given = core.pack_rows(core.token_rows(given, "log_probs: argument 1 (tokens)"), 0)
    end
    if given:size(2) < 2 then return lab.zeros{ given:size(1), 0 } end
    local length = given:size(2)
    return nn.cross_entropy(net(filled(given:narrow(2, 1, length - 1))), given:narrow(2, 2, length - 1), none)
  end
  if is_rows(given) and is_rows(predict) and given:size(2) > 0 and predict:size(2) > 0 and given:size(1) == predict:size(1)
    and given:numel() > 0 and given:min():item() >= 1 then
    local before, count = given:size(2), predict:size(2)
    local h = net:hidden(lab.cat({ given, filled(predict:narrow(2, 1, count - 1)) }, 2)):narrow(2, before, count)
    return nn.cross_entropy(net:readout(h), predict, none)
  end
  local rows = core.token_rows(given, "log_probs: argument 1 (given)")
  local targets = core.token_rows(predict, "log_probs: argument 2 (predict)")
  core.check_rows(rows, net.vocab, "log_probs: argument 1 (given)")
  core.check_rows(targets, net.vocab, "log_probs: argument 2 (predict)")
  return rows_after(net, rows, targets)
end

--- net:log_probs(tokens) or net:log_probs(given, predict).
function Transformer:log_probs(given, predict) return token_losses(self, given, predict) * -1 end

--- net:loss(tokens) or net:loss{given, predict, reduce}.
function Transformer:loss(options)
  if lab.is_tensor(options) then options = { given = options } end
  options = core.options(options, { given = core.none, predict = core.none, reduce = "mean" }, "loss")
  core.one_of(options.reduce, { "mean", "sum", "none" }, "loss: option 'reduce'")
  if options.given == nil then core.raise("loss: option 'given' is missing") end
  local losses = token_losses(self, options.given, options.predict)
  if options.reduce == "none" then return losses end
  if options.reduce == "sum" then return losses:sum() end
  local labels = options.predict
  if labels == nil then
    labels = options.given
    if is_rows(labels) then labels = labels:narrow(2, 2, math.max(labels:size(2) - 1, 0)) end
  end
  local counted
  if is_rows(labels) then
    counted = labels:ne(0):sum():item()
  else
    counted = 0
    for _, row in ipairs((core.token_rows(labels, "loss: option 'predict'"))) do
      counted = counted + #row - (options.predict == nil and 1 or 0)
    end
  end
  return losses:sum() / math.max(counted, 1)
end

-- The choices of each question, as lists of lists of ids.
local function choices_of(value, count, single)
  local list = {}
  if single then value = { value } end
  for i = 1, count do
    local entry = value[i]
    list[i] = core.token_rows(entry, "score: the choices of question " .. i)
    if #list[i] ~= #list[1] then
      core.raise(string.format("score: question %d has %d choices, but question 1 has %d", i, #list[i], #list[1]))
    end
  end
  return list
end

--- net:score(prompts, continuations, options).
function Transformer:score(prompts, continuations, options)
  options = core.options(options, { normalize = "none", batch = 64 }, "score")
  core.one_of(options.normalize, { "none", "length" }, "score: option 'normalize'")
  local batch = core.whole(options.batch, 1, "score: option 'batch'")
  require_tokens(self, "score")
  local rows, single = core.token_rows(prompts, "score: argument 1 (prompts)")
  if not lab.is_tensor(continuations) and type(continuations) ~= "table" then
    core.raise("score: argument 2 (continuations) must hold the choices of each prompt, but is " .. core.describe(continuations))
  end
  local count = lab.is_tensor(continuations) and continuations:size(1) or #continuations
  if not single and count ~= #rows then
    core.raise(string.format("score: there are choices for %d prompts, but %d prompts", count, #rows))
  end
  local choices = choices_of(continuations, #rows, single)
  local given, predict, lengths = {}, {}, {}
  for i, list in ipairs(choices) do
    for _, choice in ipairs(list) do
      given[#given + 1], predict[#predict + 1] = rows[i], choice
      lengths[#lengths + 1] = math.max(#choice, 1)
    end
  end
  local sums = core.for_use(self, function()
    local parts = {}
    for first = 1, #given, batch do
      local last = math.min(first + batch - 1, #given)
      parts[#parts + 1] = self:log_probs(table.move(given, first, last, 1, {}), table.move(predict, first, last, 1, {})):sum(2)
    end
    local all = #parts == 1 and parts[1] or lab.cat(parts, 1)
    if options.normalize == "length" then all = all / lab.tensor(lengths, all.dtype) end
    return all
  end)
  if single then return sums end
  return sums:reshape{ #rows, #choices[1] }
end

core.document{
  name = "lab.nn.Transformer.log_probs", signature = "net:log_probs(tokens)  or  net:log_probs(given, predict)", chapter = "Models",
  summary = "The log-probability of each token after those before it: {batch, length - 1}; with two arguments, of each token of predict behind given: {batch, length}.",
  details = {
    "tokens, given, predict: int64 {batch, length}, 0 stands for no token; or tables of lists of ids",
    "an encoder-decoder reads given and predicts predict; a masked language model predicts the tokens of predict at the places of given, where they are not 0",
  },
  notes = "0 where there is no token. Gradients flow.",
  example = "local net = lab.nn.Transformer{ vocab = 10, width = 16, depth = 1, heads = 4 }\nprint(net:log_probs(lab.tensor({{1, 5, 2, 7}}, \"int64\")).shape)\nprint(net:log_probs({ {1, 5}, {2} }, { {3}, {3, 4} }).shape)",
}
core.document{
  name = "lab.nn.Transformer.loss", signature = "net:loss(tokens)  or  net:loss{given, predict, reduce = \"mean\"}", chapter = "Models",
  summary = "The language-model loss: minus the log-probability of each token, or of the tokens of predict only; see log_probs.",
  details = { "{reduce}: the mean or sum over predicted tokens, or \"none\" for single tokens, 0 where there is none" },
  example = "local net = lab.nn.Transformer{ vocab = 10, width = 16, depth = 1, heads = 4 }\nlocal opt = lab.optim.AdamW(net)\nprint(opt:minimize(net:loss{ given = lab.tensor({{1, 5}}, \"int64\"), predict = lab.tensor({{2, 7}}, \"int64\") }))",
}
core.document{
  name = "lab.nn.Transformer.score", signature = "net:score(prompts, continuations, {normalize = \"none\", batch = 64})", chapter = "Models",
  summary = "The log-probability of each given continuation of each prompt: {prompts, choices}; for one prompt {choices}.",
  details = {
    "prompts: int64 {prompts, length}, 0 stands for no token; or a table of lists of ids",
    "continuations: int64 {prompts, choices, length}, or a table with a list of lists of ids for each prompt",
    "{normalize}: \"length\" divides by the number of tokens", "{batch}: how many sequences are read at once",
  },
  notes = "Dropout is off, and nothing is recorded. The greatest score is the model's answer: scores:argmax(2).",
  source = "Brown et al. 2020, Language Models are Few-Shot Learners (section 2.4)",
  example = "local net = lab.nn.Transformer{ vocab = 10, width = 16, depth = 1, heads = 4 }\nprint(net:score({ {1, 5}, {2} }, { { {3}, {4, 4} }, { {3}, {5} } }))",
}
