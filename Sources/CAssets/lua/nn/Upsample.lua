-- Images or lines in another size.
local lab, core = ...
local nn = lab.nn

local Upsample = nn.class("Upsample")
nn.Upsample = Upsample

function Upsample:init(options)
  options = core.options(options,
    { size = core.none, scale_factor = core.none, mode = "nearest", align_corners = false }, "Upsample")
  if (options.size == nil) == (options.scale_factor == nil) then
    core.raise("Upsample: needs either size or scale_factor, as in lab.nn.Upsample{scale_factor = 2}")
  end
  self.options = options
end

function Upsample:forward(x) return nn.interpolate(x, self.options) end

function Upsample:note() return self.options.mode end

core.document{
  name = "lab.nn.Upsample", signature = "lab.nn.Upsample{scale_factor or size, mode = \"nearest\", align_corners = false}",
  chapter = "Layers", summary = "The function lab.nn.interpolate as a module: images or lines in another size.",
  example = "print(lab.nn.Upsample{scale_factor = 2, mode = \"bilinear\"}(lab.ones{1, 3, 4, 4}).shape)",
}
