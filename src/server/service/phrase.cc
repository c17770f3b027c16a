// SPDX-License-Identifier: Apache-2.0
#include "server/service/phrase.h"

#include <array>
#include <cstdint>
#include <string_view>

#include "base/random.h"

namespace toopher::server {

namespace {

constexpr std::array<std::string_view, 274> kAdjectives = {
    "able",     "aged",    "agile",    "airy",     "alert",  "amber",   "ample",    "ancient",  "apt",
    "arctic",   "autumn",  "awake",    "azure",    "bald",   "bashful", "big",      "bitter",   "black",
    "bland",    "blue",    "bold",     "bony",     "bouncy", "brave",   "breezy",   "brief",    "bright",
    "brisk",    "broad",   "bronze",   "brown",    "bumpy",  "busy",    "calm",     "candid",   "careful",
    "cheerful", "chilly",  "clean",    "clear",    "clever", "cloudy",  "clumsy",   "coarse",   "cold",
    "comic",    "common",  "cool",     "coral",    "cosy",   "crafty",  "creamy",   "crimson",  "crisp",
    "crooked",  "curious", "curly",    "damp",     "dapper", "daring",  "dark",     "dear",     "deep",
    "dense",    "distant", "dizzy",    "double",   "dreamy", "drowsy",  "dry",      "dusty",    "eager",
    "early",    "earnest", "eastern",  "easy",     "elder",  "empty",   "endless",  "equal",    "even",
    "exact",    "faint",   "fair",     "famous",   "fancy",  "fast",    "fearless", "final",    "fine",
    "firm",     "fluffy",  "foggy",    "fond",     "formal", "frank",   "free",     "fresh",    "friendly",
    "frosty",   "full",    "funny",    "fuzzy",    "gentle", "giant",   "glad",     "gleaming", "glossy",
    "golden",   "good",    "grand",    "grateful", "great",  "green",   "grey",     "grumpy",   "happy",
    "hardy",    "hasty",   "hazy",     "hearty",   "heavy",  "hidden",  "hollow",   "honest",   "huge",
    "humble",   "hungry",  "icy",      "idle",     "inner",  "ivory",   "jolly",    "joyful",   "keen",
    "kind",     "large",   "late",     "lazy",     "leafy",  "light",   "little",   "lively",   "lofty",
    "lone",     "long",    "loud",     "loyal",    "lucky",  "magic",   "marble",   "mellow",   "merry",
    "mighty",   "mild",    "misty",    "modest",   "mossy",  "muddy",   "narrow",   "neat",     "new",
    "nimble",   "noble",   "northern", "odd",      "olive",  "open",    "orange",   "orderly",  "outer",
    "oval",     "pale",    "patient",  "peaceful", "pink",   "plain",   "playful",  "plump",    "polite",
    "proud",    "pure",    "purple",   "quick",    "quiet",  "rapid",   "rare",     "ready",    "regal",
    "rich",     "ripe",    "rocky",    "rosy",     "rough",  "round",   "royal",    "rural",    "rusty",
    "sandy",    "scarlet", "secret",   "serene",   "shaggy", "sharp",   "shiny",    "short",    "shy",
    "silent",   "silky",   "silver",   "simple",   "sleepy", "slender", "slim",     "slow",     "small",
    "smart",    "smooth",  "snowy",    "soft",     "solar",  "solid",   "southern", "spare",    "spicy",
    "spotted",  "square",  "steady",   "steep",    "still",  "stony",   "stormy",   "striped",  "strong",
    "sturdy",   "subtle",  "sunny",    "sweet",    "swift",  "tall",    "tame",     "tart",     "tender",
    "thick",    "thin",    "tidy",     "tiny",     "topaz",  "tough",   "tranquil", "true",     "trusty",
    "upper",    "useful",  "vast",     "velvet",   "violet", "vivid",   "warm",     "wary",     "watchful",
    "western",  "wet",     "white",    "wide",     "wild",   "windy",   "wise",     "witty",    "wooden",
    "woolly",   "yellow",  "young",    "zesty"};

constexpr std::array<std::string_view, 360> kNouns = {
    "acorn",    "almond",   "anchor",  "ant",     "apple",   "apron",      "arrow",    "atlas",    "badger",
    "bagel",    "bakery",   "balloon", "bamboo",  "banjo",   "barn",       "basket",   "bat",      "beach",
    "beacon",   "bean",     "bear",    "beaver",  "beech",   "bell",       "berry",    "bicycle",  "birch",
    "bird",     "biscuit",  "bison",   "blanket", "boat",    "book",       "bottle",   "boulder",  "bowl",
    "branch",   "bread",    "brick",   "bridge",  "broom",   "brush",      "bucket",   "buffalo",  "bugle",
    "butter",   "button",   "cabin",   "cactus",  "camel",   "camera",     "candle",   "canoe",    "canyon",
    "carpet",   "carrot",   "castle",  "cat",     "cave",    "cedar",      "cello",    "chair",    "chalk",
    "cheese",   "cherry",   "chest",   "chimney", "circus",  "cliff",      "clock",    "cloud",    "clover",
    "coat",     "cobra",    "coconut", "comet",   "compass", "copper",     "corner",   "cottage",  "cotton",
    "cougar",   "crab",     "crane",   "crayon",  "creek",   "cricket",    "crow",     "crown",    "cup",
    "curtain",  "daisy",    "deer",    "desert",  "desk",    "diamond",    "dolphin",  "donkey",   "door",
    "dove",     "dragon",   "drum",    "duck",    "eagle",   "easel",      "elbow",    "elephant", "elk",
    "ember",    "engine",   "falcon",  "feather", "fence",   "fern",       "ferry",    "fiddle",   "field",
    "finch",    "fish",     "flag",    "flame",   "flute",   "forest",     "fork",     "fountain", "fox",
    "frog",     "galaxy",   "garden",  "garlic",  "gate",    "gecko",      "giraffe",  "glacier",  "glove",
    "goat",     "goose",    "grape",   "grove",   "guitar",  "gull",       "hammer",   "harbor",   "hare",
    "harp",     "hat",      "hawk",    "hazel",   "hedge",   "helmet",     "heron",    "hill",     "hippo",
    "honey",    "horn",     "horse",   "hotel",   "house",   "iguana",     "island",   "ivy",      "jacket",
    "jaguar",   "jar",      "jasmine", "jungle",  "kettle",  "key",        "kitten",   "koala",    "ladder",
    "lagoon",   "lake",     "lamb",    "lamp",    "lantern", "lark",       "leaf",     "lemon",    "lemur",
    "lentil",   "lettuce",  "lily",    "lime",    "lion",    "lizard",     "llama",    "lobster",  "lotus",
    "lynx",     "magnet",   "mango",   "maple",   "market",  "meadow",     "melon",    "mill",     "mirror",
    "mole",     "monkey",   "moon",    "moose",   "moth",    "mountain",   "mouse",    "mule",     "museum",
    "mushroom", "napkin",   "needle",  "nest",    "night",   "nutmeg",     "oak",      "oasis",    "ocean",
    "onion",    "orchid",   "otter",   "owl",     "oyster",  "paddle",     "palace",   "panda",    "panther",
    "parrot",   "pasta",    "peach",   "peanut",  "pear",    "pebble",     "pelican",  "pencil",   "penguin",
    "pepper",   "piano",    "pigeon",  "pillow",  "pine",    "pirate",     "planet",   "plum",     "pocket",
    "pond",     "pony",     "poplar",  "poppy",   "potato",  "prairie",    "puffin",   "pumpkin",  "puppet",
    "puzzle",   "rabbit",   "raccoon", "radio",   "radish",  "raft",       "rain",     "rainbow",  "raven",
    "reef",     "ribbon",   "rice",    "ring",    "river",   "road",       "robin",    "rocket",   "roof",
    "rope",     "rose",     "ruby",    "saddle",  "sail",    "salmon",     "sand",     "scarf",    "school",
    "seal",     "shadow",   "shelf",   "shell",   "ship",    "shoe",       "shovel",   "sky",      "sleigh",
    "snail",    "snow",     "sofa",    "spade",   "sparrow", "spider",     "spinach",  "spoon",    "spring",
    "squid",    "squirrel", "stable",  "star",    "statue",  "stone",      "stork",    "storm",    "stove",
    "stream",   "street",   "sugar",   "summer",  "sun",     "swan",       "table",    "tea",      "temple",
    "tent",     "thistle",  "thunder", "tiger",   "toast",   "tomato",     "tortoise", "tower",    "town",
    "trail",    "train",    "tree",    "trout",   "trumpet", "tulip",      "tunnel",   "turkey",   "turnip",
    "turtle",   "umbrella", "valley",  "vase",    "village", "vine",       "viola",    "violin",   "volcano",
    "wagon",    "wallet",   "walnut",  "walrus",  "water",   "wave",       "whale",    "wheat",    "wheel",
    "willow",   "window",   "winter",  "wolf",    "wombat",  "woodpecker", "wren",     "yacht",    "zebra"};

constexpr std::uint64_t kPairs = kAdjectives.size() * kNouns.size();
static_assert(kPairs * kPairs >= (1ULL << 28U), "a phrase must not be guessed within its ten minutes");

template <std::size_t Size>
std::string_view one_of(const std::array<std::string_view, Size>& words) {
  return words[random_below(static_cast<std::uint32_t>(Size))];
}

}  // namespace

std::string random_phrase() {
  std::string phrase(one_of(kAdjectives));
  for (const std::string_view word : {one_of(kNouns), one_of(kAdjectives), one_of(kNouns)}) {
    phrase += ' ';
    phrase += word;
  }
  return phrase;
}

}  // namespace toopher::server
