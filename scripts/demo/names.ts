/** Words from which the demonstration's people, businesses and streets are put together. None of them is anybody. */

export const FIRST_NAMES = [
  "Abigail", "Adrian", "Alicia", "Amara", "Andre", "Anita", "April", "Arturo", "Astrid", "Beatrice", "Benjamin", "Bianca", "Brandon", "Bridget", "Caleb", "Carla", "Cecilia", "Chidi",
  "Clara", "Connor", "Daniel", "Daria", "Deborah", "Denise", "Derek", "Dominic", "Edith", "Elena", "Elliot", "Emil", "Erin", "Esther", "Fatima", "Felix", "Fiona", "Francis", "Gabriel",
  "Gina", "Grace", "Gregory", "Hana", "Harold", "Hector", "Heidi", "Hugo", "Ingrid", "Iris", "Isaac", "Ivan", "Jasmine", "Joel", "Johanna", "Jonas", "Judith", "Julian", "Kamala", "Karl",
  "Kenji", "Kiara", "Laura", "Leo", "Lillian", "Linh", "Louis", "Lucia", "Malik", "Marcus", "Margaret", "Mei", "Miriam", "Nadia", "Nathan", "Nina", "Noah", "Olga", "Omar", "Oscar",
  "Patricia", "Paula", "Priya", "Quentin", "Rachel", "Ramona", "Ravi", "Rebecca", "Robert", "Rosa", "Ruben", "Samuel", "Sandra", "Selma", "Simon", "Sofia", "Stella", "Tamara", "Theo",
  "Thomas", "Tobias", "Ursula", "Valeria", "Victor", "Vivian", "Wanda", "Wesley", "Xavier", "Yara", "Yusuf", "Zoe",
] as const;

/** For customers who get their bills in Spanish. */
export const SPANISH_FIRST_NAMES = [
  "Adriana", "Alejandro", "Araceli", "Beatriz", "Camila", "Carlos", "Daniela", "Diego", "Dolores", "Eduardo", "Elisa", "Ernesto", "Esperanza", "Gloria", "Guillermo", "Inés", "Joaquín", "José",
  "Lorena", "Luis", "Manuel", "Marisol", "Mateo", "Mercedes", "Natalia", "Pablo", "Raúl", "Rocío", "Teresa", "Verónica",
] as const;

export const LAST_NAMES = [
  "Abbott", "Acker", "Albright", "Amundsen", "Ashby", "Atwater", "Barlow", "Baxter", "Bergstrom", "Birch", "Bishop", "Blackwood", "Boyle", "Brandt", "Bristow", "Caldwell", "Carver",
  "Chandra", "Chen", "Clayton", "Coburn", "Crane", "Dalton", "Decker", "Dobson", "Donnelly", "Draper", "Eastman", "Egan", "Eldridge", "Farley", "Fenwick", "Fletcher", "Foster", "Gallagher",
  "Gentry", "Gibbs", "Goodwin", "Granger", "Hadley", "Halvorsen", "Hanley", "Harmon", "Hawthorne", "Hendricks", "Holloway", "Hoang", "Ibrahim", "Ingram", "Jamison", "Jensen", "Kapoor",
  "Keller", "Kendrick", "Kessler", "Kimura", "Lambert", "Larkin", "Lindgren", "Lockwood", "Maddox", "Marsh", "Mercer", "Meyers", "Nakamura", "Nash", "Nguyen", "Norwood", "Novak", "Okafor",
  "Olsen", "Osborne", "Park", "Patel", "Pearce", "Pruitt", "Quinn", "Ramsey", "Reyes", "Rhodes", "Ritter", "Rowland", "Sandoval", "Sawyer", "Schaefer", "Shaw", "Sheridan", "Singh", "Skinner",
  "Sorensen", "Stanton", "Strand", "Tanaka", "Thorne", "Tran", "Underwood", "Vance", "Vogel", "Wagner", "Walsh", "Weaver", "Whitaker", "Winslow", "Yates", "Young", "Zimmer",
] as const;

export const SPANISH_LAST_NAMES = [
  "Aguilar", "Arroyo", "Barrera", "Campos", "Cárdenas", "Castillo", "Cordero", "Delgado", "Escobar", "Figueroa", "Fuentes", "Gallegos", "Herrera", "Ibarra", "Lozano", "Medina", "Montoya",
  "Navarro", "Orozco", "Paredes", "Quintero", "Rosales", "Salinas", "Serrano", "Tapia", "Valdez", "Velasco", "Zamora",
] as const;

export const BUSINESSES: readonly { readonly name: string; readonly pattern: "shop" | "office" | "plant" }[] = [
  { name: "Laundromat", pattern: "shop" }, { name: "Hardware", pattern: "shop" }, { name: "Bakery", pattern: "shop" }, { name: "Dental Office", pattern: "office" }, { name: "Cold Storage", pattern: "plant" },
  { name: "Grocery", pattern: "shop" }, { name: "Machine Works", pattern: "plant" }, { name: "Insurance Agency", pattern: "office" }, { name: "Café", pattern: "shop" }, { name: "Auto Repair", pattern: "shop" },
  { name: "Veterinary Clinic", pattern: "office" }, { name: "Print Shop", pattern: "shop" }, { name: "Packing", pattern: "plant" }, { name: "Garden Center", pattern: "shop" }, { name: "Learning Center", pattern: "office" },
];

/** Streets are a word and a kind; a large town has them in four quarters as well. */
export const STREET_WORDS = [
  "Alder", "Birchbark", "Cattail", "Dogwood", "Eddy", "Fernbank", "Gristmill", "Heron", "Ironwood", "Juniper", "Kestrel", "Lantern", "Millrace", "Nettle", "Orchard", "Pebble", "Quarry",
  "Rushes", "Sedge", "Thistle", "Upland", "Vireo", "Willow", "Yarrow", "Basswood", "Cobbler", "Driftwood", "Elderberry", "Foundry", "Goldfinch", "Hollow", "Inlet", "Junction", "Kingfisher",
  "Larkspur", "Meadowlark", "Northfork", "Oxbow", "Plover", "Quill", "Ridgeline", "Sawmill", "Tamarack", "Underhill", "Violet", "Weir", "Bluestem", "Copper", "Daybreak", "Ember", "Flint",
  "Granite", "Harvest", "Indigo", "Jackpine", "Lodge", "Mulberry", "Newbridge", "Overlook", "Prairie",
] as const;
export const STREET_KINDS = ["St", "Ave", "Ln", "Ct", "Dr", "Way", "Rd", "Pl", "Ter", "Cir"] as const;
export const QUARTERS = ["", "N ", "S ", "E ", "W "] as const;

/** Streets with shops and workshops. */
export const BUSINESS_STREETS = ["Market St", "Mill Rd", "Depot Ave", "Canal St"] as const;

/** Words that businesses put before what they do. */
export const BUSINESS_WORDS = ["Alder Creek", "Millrace", "Two Bridges", "Lantern", "Northfork", "Old Depot", "Heron", "Riverbend", "Canal Street", "Bluestem", "Tamarack", "Copper Kettle"] as const;
