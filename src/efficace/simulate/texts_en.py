"""English texts of messages: each part in a few wordings; fields in braces are filled in."""

from __future__ import annotations

from efficace.simulate.wording import Wording

ENGLISH = Wording(
    greeting=("Hi {first},", "Hello {first},", "Dear {first},", "Good morning {first},"),
    greeting_plain=("Hello,", "Hi there,", "Good morning,"),
    broken_greeting="Hi {{{{first_name}}}},",
    opening={
        "first": (
            "Thank you for getting in touch through our {topic}.",
            "Thanks for your interest. I saw your request come in after the {topic}.",
            "You asked us about {product} through our {topic}, so here is a short answer.",
        ),
        "again": (
            "I wrote to you some days ago and wanted to follow up.",
            "Following up on my last message.",
            "I tried to reach you earlier this week and left a message.",
        ),
        "deal": (
            "Thank you for the time you took in our last meeting.",
            "As discussed on the phone, here is what we agreed.",
            "Further to our call, please find the next points below.",
        ),
        "care": (
            "I wanted to see how your team gets on with {product}.",
            "Your quarterly review is coming up.",
            "We noticed that several colleagues started to use {product} since our last call.",
        ),
        "prospect": (
            "I am writing because we work with several companies like yours.",
            "We have not met yet: I look after {region} at Orvane Technologies.",
        ),
        "invite": (
            "Thank you for your reply, I am glad to set up a meeting.",
            "Great to hear from you. I have put a meeting in the calendar.",
        ),
    },
    company=(
        "I read that {company} is growing its team in {city}.",
        "As {title} at {company}, you probably hear this question every week.",
        "I had a look at what {company} does before writing.",
    ),
    asked=(
        "You asked for the {topic} about {product}; I attach what you need to go on.",
        "The {topic} that you chose covers the first half of your question about {product}.",
    ),
    need=(
        "Teams in {industry} tell us that they lose hours on reports that nobody trusts.",
        "In {industry}, most of the delays come from data kept in four different tools.",
        "You mentioned that incidents take too long to close; in {industry} this is the most common worry.",
    ),
    value=(
        "With {product} a customer of your size cut this work from two days to three hours a month.",
        "{product} shows on one page what is late and why, so that your team can act the same day.",
        "What you gain: fewer tools, one bill, and an answer from our support within two hours.",
    ),
    honest=(
        "To be open: it does not replace your accounting system, and the first import takes about a week.",
        "If it is not the right time, a short no is fine and I will not write again.",
        "The price is on our website and does not change at the end of the quarter.",
    ),
    pushy=(
        "This offer ends tonight and I cannot hold the price after midnight!",
        "Only 2 places left this month. You would be making a big mistake to miss it.",
        "I guarantee that you will double your revenue in 30 days, 100 % risk free.",
        "This is my last attempt: act now or you lose your discount for good.",
    ),
    next_step=(
        "Could we talk for 20 minutes on {day} at 10:00?",
        "Shall I send you a calendar invitation for {day}?",
        "Please reply with two times that suit you and I will call you.",
        "You can choose a time here: https://orvane.example/meet.",
    ),
    no_step=("Let me know.", "Looking forward.", "Any thoughts?"),
    signature="Kind regards,\n{sender}\n{role}, Orvane Technologies\n{phone} · {mail}",
    signature_plain=("Best,\n{sender}", "Regards,\nThe Orvane team"),
    reply_good=(
        "Hello, thank you for your message. {day} works for me. Could you show us how it connects to our CRM?",
        "Thanks for the quick answer. We are comparing three tools; please send the price for {seats} users.",
        "Hi, yes, please call me on {day} in the morning.",
        "That sounds useful. Can you bring someone technical to the call?",
    ),
    reply_bad=(
        "Thank you, but we have decided to stay with our present supplier.",
        "Not interested. Please take me off your list.",
        "We have no budget for this before next year.",
    ),
    automatic=(
        "Thank you for your interest in Orvane. A colleague will be in touch. This message was sent automatically.",
        "Five things that teams learn in their first month with Orvane. Unsubscribe at any time.",
    ),
    subjects={
        "first": ("Your request about {product}", "{company} and {product}", "Your question to Orvane"),
        "again": ("Re: Your request about {product}", "Following up", "Still of interest, {first}?"),
        "deal": ("Next steps for {company}", "Proposal: {product} for {company}", "Summary of our call"),
        "care": ("Your review of {product}", "How is {product} going?"),
        "prospect": ("An idea for {company}", "What others in {industry} do about late reports"),
        "invite": ("Our meeting on {day}", "Invitation: {product} for {company}"),
        "reply": ("Re: Your request about {product}",),
        "auto": ("We received your request", "Getting started with Orvane"),
        "note": ("Meeting with {company}",),
    },
    pushy_subject="LAST CHANCE: your discount ends tonight!!!",
    days=("Tuesday", "Wednesday", "Thursday", "Friday"),
    roles=("Account Executive", "Sales Development", "Sales Manager", "Customer Success", "Account Manager"),
    industries=(
        "manufacturing", "logistics", "financial services", "retail", "software", "healthcare", "energy", "education",
    ),
    topics=("live demo", "contact form", "white paper", "webinar", "trade show", "chat", "call"),
    comments={
        "bad": (
            "The price went up at renewal and nobody told us why.",
            "Support takes days to answer, and we had to explain the problem three times.",
            "The salesperson promised an integration that does not exist.",
            "Too many outages this month; we cannot rely on it.",
            "Too complicated for our small team, we never got through the set-up.",
        ),
        "fair": (
            "Does what it should. The reports could be faster.",
            "Good product, but onboarding took longer than planned.",
            "Fine overall; the mobile app is missing features.",
            "Reasonable price, support could answer more quickly in the afternoon.",
        ),
        "good": (
            "Very easy to use, the whole team was working with it in two days.",
            "Support answers within the hour and really solves the problem.",
            "We save a day a week on reports. Worth the price.",
            "Our contact was honest about what it cannot do, which we appreciated.",
            "The integration with our CRM works perfectly.",
        ),
    },
    leaving=(
        "Too expensive for the number of people who use it.", "We need an on-premises version.",
        "A competitor offered more for less.", "We hardly used it.", "Support was too slow.",
        "Our budget was cut by a third.", "We are closing this part of the business.", None,
        "Three outages in one month: our service desk stood still.",
        "It does not do what we were told before signing.",
    ),
)  # fmt: skip
