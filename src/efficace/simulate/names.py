"""Word lists from which invented people, companies and places take their names."""

from __future__ import annotations

FIRST_NAMES: dict[str, tuple[str, ...]] = {
    "FR": ("Camille", "Julien", "Élodie", "Thomas", "Chloé", "Antoine", "Manon", "Nicolas", "Inès", "Maxime", "Lucie",
           "Hugo", "Sophie", "Mathieu", "Clara", "Romain", "Aurélie", "Bastien", "Nadia", "Karim", "Léa", "Olivier"),
    "UK": ("Oliver", "Amelia", "Harry", "Isla", "George", "Priya", "Jack", "Freya", "Callum", "Imogen", "Rhys", "Niamh",
           "Declan", "Aisha", "Rupert", "Hannah", "Owen", "Zara", "Ewan", "Charlotte", "Samir", "Beth"),
    "DACH": ("Lukas", "Anna", "Felix", "Lena", "Jonas", "Katharina", "Maximilian", "Sophia", "Tobias", "Miriam",
             "Stefan", "Julia", "Moritz", "Franziska", "Emre", "Johanna", "Sebastian", "Nele", "Reto", "Vreni"),
    "NA": ("Ethan", "Madison", "Liam", "Ava", "Noah", "Brooke", "Mason", "Harper", "Diego", "Maya", "Tyler", "Grace",
           "Jordan", "Naomi", "Caleb", "Keisha", "Logan", "Elena", "Wyatt", "Simone", "Marcus", "Leah"),
    "NORTH": ("Daan", "Emma", "Bram", "Sanne", "Lars", "Ingrid", "Mikkel", "Astrid", "Jeroen", "Femke", "Erik",
              "Saga", "Pieter", "Lotte", "Anders", "Freja", "Wouter", "Maja", "Joost", "Linnea"),
    "SOUTH": ("Alejandro", "Lucía", "Marco", "Giulia", "Pablo", "Carmen", "Luca", "Francesca", "Javier", "Elisa",
              "Matteo", "Beatriz", "Tiago", "Inês", "Andrea", "Chiara", "Sergio", "Marta", "Davide", "Rocío"),
}  # fmt: skip

LAST_NAMES: dict[str, tuple[str, ...]] = {
    "FR": ("Lefèvre", "Moreau", "Garnier", "Rousseau", "Benali", "Chevalier", "Marchand", "Perrin", "Dumas", "Gauthier",
           "Lemoine", "Fabre", "Roussel", "Haddad", "Delattre", "Carpentier", "Meunier", "Vasseur", "Bonnet", "Renard"),
    "UK": ("Ashworth", "Bennett", "Clarke", "Davies", "Ellison", "Fletcher", "Gallagher", "Hargreaves", "Iqbal",
           "Kavanagh", "Lockwood", "Mercer", "Norris", "O'Connell", "Patel", "Radcliffe", "Sinclair", "Thorne", "Wren"),
    "DACH": ("Bauer", "Brandt", "Egger", "Fischer", "Gruber", "Hofmann", "Keller", "Krüger", "Lindner", "Meier",
             "Neumann", "Pfister", "Richter", "Schäfer", "Vogt", "Wagner", "Yilmaz", "Zimmermann", "Aebi", "Huber"),
    "NA": ("Anderson", "Brooks", "Carter", "Dawson", "Ellis", "Foster", "Garcia", "Hayes", "Jensen", "Kim", "Lopez",
           "Mitchell", "Nguyen", "Parker", "Reyes", "Sullivan", "Tremblay", "Walker", "Gagnon", "Okafor"),
    "NORTH": ("Andersen", "Bakker", "Claes", "De Vries", "Eriksson", "Hansen", "Jansen", "Lindqvist", "Maes",
              "Nielsen", "Peeters", "Smit", "Svensson", "Van Dijk", "Visser", "Wouters", "Dahl", "Berg"),
    "SOUTH": ("Alonso", "Bianchi", "Costa", "Delgado", "Esposito", "Fernández", "Gallo", "Herrera", "Lombardi",
              "Moretti", "Navarro", "Oliveira", "Pereira", "Romano", "Santos", "Torres", "Vidal", "Conti"),
}  # fmt: skip

ROOTS_FRONT = (
    "Alb", "Arv", "Bel", "Brim", "Cal", "Cor", "Dal", "Del", "Elm", "Fal", "Fen", "Gal", "Hal", "Hol", "Isk", "Jor",
    "Kel", "Lan", "Lor", "Mar", "Mel", "Mor", "Nor", "Oak", "Ost", "Pel", "Quin", "Rav", "Riv", "Sal", "Sel", "Sol",
    "Tam", "Tor", "Ul", "Val", "Ver", "Wes", "Win", "Zel",
)  # fmt: skip
ROOTS_BACK = (
    "ago", "andis", "aro", "bridge", "croft", "dane", "den", "ello", "era", "field", "ford", "gate", "haven", "ica",
    "ilis", "ingham", "is", "land", "lane", "leaf", "mont", "more", "nova", "oria", "ova", "point", "reth", "ridge",
    "sen", "stad", "stone", "ta", "tis", "ton", "una", "vale", "ven", "vik", "wick", "zen",
)  # fmt: skip

INDUSTRIES: tuple[tuple[str, float, tuple[str, ...]], ...] = (
    ("Manufacturing", 0.18, ("Industries", "Works", "Components", "Precision", "Metals", "Plastics")),
    ("Logistics", 0.12, ("Logistics", "Freight", "Transport", "Cargo", "Warehousing", "Shipping")),
    ("Financial services", 0.13, ("Capital", "Finance", "Insurance", "Credit", "Assurances", "Partners")),
    ("Retail", 0.14, ("Retail", "Stores", "Market", "Outfitters", "Foods", "Home")),
    ("Software", 0.16, ("Software", "Systems", "Digital", "Labs", "Cloud", "Data")),
    ("Healthcare", 0.11, ("Health", "Care", "Clinics", "Medical", "Pharma", "Diagnostics")),
    ("Energy", 0.07, ("Energy", "Power", "Renewables", "Grid", "Solar", "Utilities")),
    ("Education", 0.09, ("Learning", "Academy", "Education", "Campus", "Training", "Institute")),
)
"""Industry, its share, and the second words of company names in it."""

LEGAL_FORMS: dict[str, tuple[str, ...]] = {
    "FR": ("SAS", "SA", "SARL", ""), "BE": ("SA", "NV", ""), "CH": ("AG", "SA", ""), "DE": ("GmbH", "AG", ""),
    "AT": ("GmbH", "AG", ""), "GB": ("Ltd", "plc", ""), "IE": ("Ltd", ""), "US": ("Inc.", "LLC", ""),
    "CA": ("Inc.", "Ltd", ""), "NL": ("B.V.", ""), "SE": ("AB", ""), "DK": ("A/S", ""), "ES": ("S.L.", "S.A."),
    "IT": ("S.p.A.", "S.r.l."), "PT": ("Lda", "S.A."),
}  # fmt: skip

TITLES = {
    "en": ("Head of Operations", "IT Director", "Chief Financial Officer", "Procurement Lead", "Data Manager",
           "Security Officer", "Managing Director", "Customer Service Director", "Chief Technology Officer",
           "Digital Transformation Lead"),
    "fr": ("Directrice des opérations", "Directeur informatique", "Directeur financier", "Responsable des achats",
           "Responsable des données", "Responsable de la sécurité", "Directrice générale",
           "Directrice du service client", "Directeur technique", "Responsable de la transformation"),
}  # fmt: skip
